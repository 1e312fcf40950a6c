package provider_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	modelFile  = regexp.MustCompile(`[\w.-]+\.(onnx|gguf|tflite)"`)
	protecting = regexp.MustCompile(`(deletion_protection\s*=) true`)
)

// withFiles puts the artifacts that an example names beside it, into a folder of the test's own.
func withFiles(t *testing.T, config string) string {
	t.Helper()
	const module = "${path.module}"
	if !strings.Contains(config, module) {
		return config
	}
	folder := t.TempDir()
	for _, name := range modelFile.FindAllString(config, -1) {
		name = strings.TrimSuffix(name, `"`)
		if err := os.WriteFile(filepath.Join(folder, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return strings.ReplaceAll(config, module, filepath.ToSlash(folder))
}

// unprotected is a configuration of which everything can be destroyed.
func unprotected(config string) string { return protecting.ReplaceAllString(config, "$1 false") }

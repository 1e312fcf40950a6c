package provider_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The documents of the repository name files and tests, which exist.

// CONTRIBUTING.md is the way in: each file that it names is there. Names of things that are still to be added hold the word "thing".
func TestContributingNamesFilesThatExist(t *testing.T) {
	t.Parallel()
	const root = "../.."
	content, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	missing, found := missingFiles(root, string(content))
	for _, path := range missing {
		t.Errorf("CONTRIBUTING.md names %s, which does not exist", path)
	}
	if found < 15 {
		t.Errorf("CONTRIBUTING.md names only %d files: this looks in the wrong place", found)
	}
	if missing, _ = missingFiles(root, "see `internal/rollout/operation.go` and `internal/rollout/no_such_file.go`"); len(missing) != 1 {
		t.Errorf("a file that does not exist is not found: %q", missing)
	}
}

var quotedPath = regexp.MustCompile("`((?:internal|examples|docs)/[\\w./-]+)`")

// missingFiles are the paths that a text quotes and that do not exist; found counts the others.
func missingFiles(root, text string) (missing []string, found int) {
	for _, match := range quotedPath.FindAllStringSubmatch(text, -1) {
		if strings.Contains(match[1], "thing") {
			continue
		}
		if _, err := os.Stat(filepath.Join(root, match[1])); err != nil {
			missing = append(missing, match[1])
			continue
		}
		found++
	}
	return missing, found
}

// Each test that a document names is there, or tests whose names begin so.
func TestDocumentsNameTestsThatExist(t *testing.T) {
	t.Parallel()
	const root = "../.."
	declared := testsBelow(t, filepath.Join(root, "internal"))
	for document, least := range map[string]int{"CONTRIBUTING.md": 15, "SECURITY.md": 30} {
		content, err := os.ReadFile(filepath.Join(root, document))
		if err != nil {
			t.Fatal(err)
		}
		missing, found := undeclared(declared, string(content))
		for _, name := range missing {
			t.Errorf("%s names %s, which no file declares", document, name)
		}
		if found < least {
			t.Errorf("%s names only %d tests: this looks in the wrong place", document, found)
		}
	}
	if missing, _ := undeclared(declared, "`TestContractCoverage`, -run TestNothingAtAll/x"); len(missing) != 1 {
		t.Errorf("a test that does not exist is not found: %q", missing)
	}
}

// Each promise of SECURITY.md names a test.
func TestEveryPromiseNamesATest(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("../../SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	promises := 0
	for _, line := range strings.Split(string(content), "\n") {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| ---") || strings.HasSuffix(line, "| Tests |") {
			continue
		}
		if promises++; !namedTest.MatchString(line) {
			t.Errorf("no test holds %s", line)
		}
	}
	if promises < 20 {
		t.Errorf("SECURITY.md has %d promises", promises)
	}
}

var (
	namedTest    = regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w+`)
	declaredTest = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
)

// testsBelow returns the names of the tests in a folder and below it.
func testsBelow(t *testing.T, folder string) (declared []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, match := range declaredTest.FindAllStringSubmatch(string(source), -1) {
			declared = append(declared, match[1])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return declared
}

// undeclared are the tests that a text names and that are not declared; found counts the others.
func undeclared(declared []string, text string) (missing []string, found int) {
	for _, name := range namedTest.FindAllString(text, -1) {
		if !slices.ContainsFunc(declared, func(d string) bool { return strings.HasPrefix(d, name) }) {
			missing = append(missing, name)
			continue
		}
		found++
	}
	return missing, found
}

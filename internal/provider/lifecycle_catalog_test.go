package provider_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

func catalogLifecycles() []namedLifecycle {
	leftVersions := keep("/api/v1/models/lab/versions", "versions", "version", "status", "format", "checksum", "size_bytes", "description", "metrics")
	return []namedLifecycle{
		{"a model", lifecycle{
			typeName: "octomil_model",
			create: map[string]any{
				"name": "lab", "framework": "pytorch", "description": "speech", "use_case": "nlp", "model_contract": `{"inputs":["text"],"size":1}`,
				"deletion_protection": false,
			},
			update: map[string]any{
				"name": "laboratory", "framework": "pytorch", "description": "hearing", "use_case": "audio", "model_contract": `{ "inputs": ["sound"] }`,
				"data_contract": `{"rows":1e3}`, "deletion_protection": false,
			},
			importID: "lab",
			left:     keep("/api/v1/models?org_id=demo", "models", "name", "framework", "description", "use_case", "model_contract", "data_contract"),
		}},
		{"a registered version", lifecycle{
			typeName: "octomil_model_version",
			prepare:  labModel,
			create: map[string]any{
				"model_id": "the model", "version": "3.0.0+lab", "storage_path": "lab/3.onnx", "checksum": "sha256:" + strings.Repeat("ab", 32),
				"size_bytes": 11, "format": "onnx", "description": "int4", "metrics": map[string]any{"accuracy": 0.9},
				"published": true,
			},
			update: map[string]any{
				"model_id": "the model", "version": "3.0.0+lab", "storage_path": "lab/3.onnx", "checksum": strings.Repeat("AB", 32),
				"size_bytes": 11, "format": "onnx", "description": "int4", "metrics": map[string]any{"accuracy": 0.95, "loss": 0.1},
				"published": true, "deprecated": true,
			},
			samples:  map[string]any{"on_destroy": "delete"},
			filters:  map[string]any{"model": "lab"},
			importID: "lab/3.0.0+lab",
			needed:   []string{"storage_path", "checksum", "size_bytes", "format"},
			left:     leftVersions,
		}},
		{"a draft that is published", lifecycle{
			typeName: "octomil_model_version",
			prepare:  labModel,
			create: map[string]any{
				"model_id": "the model", "version": "3.0.0-rc.1", "storage_path": "lab/3.gguf", "checksum": "sha256:" + strings.Repeat("ab", 32),
				"size_bytes": 11, "format": "gguf", "published": false,
			},
			update: map[string]any{
				"model_id": "the model", "version": "3.0.0-rc.1", "storage_path": "lab/3.gguf", "checksum": "sha256:" + strings.Repeat("ab", 32),
				"size_bytes": 11, "format": "gguf", "published": true,
			},
			filters:  map[string]any{"model": "lab", "status": "draft"},
			importID: "lab/3.0.0-rc.1",
			needed:   []string{"storage_path", "checksum", "size_bytes", "format"},
			left:     leftVersions,
		}},
		{"an uploaded version", lifecycle{
			typeName: "octomil_model_version",
			prepare:  labModel,
			create: map[string]any{
				"model_id": "the model", "version": "3.0.0", "source": "the file", "description": "int4", "metrics": map[string]any{"accuracy": 0.9},
				"published": true,
			},
			update: map[string]any{
				"model_id": "the model", "version": "3.0.0", "source": "another file", "description": "int4", "metrics": map[string]any{"accuracy": 0.9},
				"published": true,
			},
			filters:  map[string]any{"model": "lab"},
			importID: "lab/3.0.0",
			needed:   []string{"source"},
			left:     leftVersions,
		}},
		{"an imported version", lifecycle{
			typeName: "octomil_model_version",
			prepare:  labModel,
			create: map[string]any{
				"model_id": "the model", "version": "4.0.0", "huggingface": map[string]any{"repo_id": "lab/phi-4", "reference_only": false},
				"metrics": map[string]any{"accuracy": 0.9}, "published": true,
			},
			update: map[string]any{
				"model_id": "the model", "version": "4.0.0", "huggingface": map[string]any{"repo_id": "lab/phi-4"},
				"metrics": map[string]any{"accuracy": 0.9}, "published": true,
			},
			filters:  map[string]any{"model": "lab"},
			importID: "lab/4.0.0",
			needed:   []string{"huggingface"},
			left:     leftVersions,
		}},
	}
}

// labModel makes a model for versions, and files to upload.
func labModel(t *testing.T, sb *acctest.Sandbox) map[string]any {
	t.Helper()
	model := sb.Do(t, "POST", "/api/v1/models", map[string]any{"name": "lab", "framework": "onnx", "use_case": "other"})
	made := map[string]any{"the model": model["id"]}
	for name, content := range map[string]string{"the file": "the weights", "another file": "other weights"} {
		file := filepath.Join(t.TempDir(), "lab.onnx")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		made[name] = file
	}
	return made
}

package sandbox

import (
	"strings"
	"testing"
)

const importPath = "/api/v1/integrations/huggingface/import"

// CONTRACT.md 2.61, 2.71, 2.72, 2.74, 2.75
func TestImportVersion(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		// A model of that name gets the version, which is only referenced: nothing computes its checksum.
		r := h.do(201, "POST", importPath, object{"org_id": "demo", "repo_id": "microsoft/phi-4", "version": "4.0.0", "name": "phi-4-mini"})
		h.wantFields(r, object{
			"model_id": "mdl_00000001", "version": "4.0.0", "format": "safetensors", "storage_type": "reference",
			"files": []any{"config.json", "model.safetensors", "tokenizer.json"},
		})
		referenced := h.do(200, "GET", versionsPath+"/4.0.0", nil)
		h.wantFields(referenced, object{"status": "draft", "format": "safetensors", "checksum": "", "storage_path": "hf://microsoft/phi-4"})

		// A copy has a checksum, and the same size.
		r = h.do(201, "POST", importPath, object{"repo_id": "microsoft/phi-4", "version": "4.0.1", "name": "phi-4-mini", "reference_only": false})
		h.wantFields(r, object{"storage_type": "stored"})
		stored := h.do(200, "GET", versionsPath+"/4.0.1", nil)
		h.wantFields(stored, object{"size_bytes": referenced.object["size_bytes"]})
		if sum, _ := stored.object["checksum"].(string); len(sum) != len("sha256:")+64 {
			h.t.Errorf("the checksum is %q", sum)
		}

		// Without a model of the name there is one afterwards.
		r = h.do(201, "POST", importPath, object{"repo_id": "TheBloke/tiny-GGUF", "use_case": "chat", "description": "small"})
		h.wantFields(r, object{"version": "1.0.0", "format": "gguf", "files": []any{"README.md", "tiny-GGUF.gguf"}})
		h.wantFields(h.do(200, "GET", modelsPath+"/"+r.object["model_id"].(string), nil), object{
			"name": "tiny-GGUF", "use_case": "chat", "description": "small", "version_count": 1.0,
		})

		before := len(h.listItems(modelsPath, "models"))
		for status, bodies := range map[int][]object{
			404: {{"repo_id": "microsoft/missing-model"}, {"repo_id": "a/b", "org_id": "other"}},
			409: {{"repo_id": "microsoft/phi-4", "version": "4.0.0", "name": "phi-4-mini"}},
			422: {{}, {"repo_id": "phi-4"}, {"repo_id": "/phi-4"}, {"repo_id": "a/b/c"}, {"repo_id": "a/"}, {"repo_id": "a/b", "version": ""}},
		} {
			for _, body := range bodies {
				if refused := h.do(status, "POST", importPath, body); status == 404 && !strings.Contains(refused.raw, "not found") {
					h.t.Errorf("%v: %s", body, refused.raw)
				}
			}
		}
		if models := h.listItems(modelsPath, "models"); len(models) != before {
			h.t.Errorf("a refused import has created a model: %v", fieldValues(models, "name"))
		}
	})
}

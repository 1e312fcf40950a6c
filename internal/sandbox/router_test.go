package sandbox

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// CONTRACT.md 1.2, 1.12
func TestAPIRootsAndEscapedIDs(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.do(201, "POST", "/v1/models/phi-4-mini/versions", object{
		"version": "3.0.0+cuda/1", "storage_path": "s", "format": "onnx", "checksum": "c", "size_bytes": 1,
	})
	for _, path := range []string{"/v1/models/mdl_00000001", "/api/v1/models/phi-4-mini"} {
		h.wantFields(h.do(200, "GET", path+"/versions/3.0.0%2Bcuda%2F1", nil), object{"version": "3.0.0+cuda/1", "status": "draft"})
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "http://127.0.0.1/models", http.NoBody))
	if rec.Code != http.StatusNotFound {
		t.Errorf("outside the API's root: got %d", rec.Code)
	}
}

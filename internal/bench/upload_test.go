//go:build bench

package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// uploads are the files that are measured.
var uploads = []struct {
	words string
	size  int64
}{{"1 B", 1}, {"2 GiB", 2 << 30}}

// maxGrowth is how much more memory, in MiB, any process may take for a large file than for a small one.
const maxGrowth = 48

// TestUploadInConstantMemory uploads a file of one byte and one of 2 GiB with the real command line. The memory of the provider and of the
// sandbox, which is this process, must not grow with the file.
func TestUploadInConstantMemory(t *testing.T) {
	small, _ := measureUpload(t, uploads[0].size)
	large, grown := measureUpload(t, uploads[1].size)
	for _, command := range commands {
		before, after := small[command.name].memory(), large[command.name].memory()
		t.Logf("%s: %d MiB for 1 B, %d MiB for 2 GiB in %s, %d requests", command.name, before, after,
			seconds(large[command.name].wall), large[command.name].requests)
		if after-before > maxGrowth {
			t.Errorf("%s: the peak grew by %d MiB", command.name, after-before)
		}
	}
	t.Logf("the heap of the sandbox grew by %d MiB", grown)
	if grown > maxGrowth {
		t.Errorf("the heap of the sandbox grew by %d MiB", grown)
	}
}

// measureUpload measures the lifecycle of a version uploaded from a sparse file, and by how many MiB the heap of this process grows.
func measureUpload(t *testing.T, size int64) (costs map[string]cost, grown int64) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "model.onnx")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file, size); err != nil {
		t.Fatal(err)
	}
	o := newOrganization(t, sandbox.DialectDocs, 0)
	s := scenario{organization: o, configuration: fmt.Sprintf(`
data "octomil_model" "this" { name = %q }

resource "octomil_model_version" "this" {
  model_id  = data.octomil_model.this.id
  version   = "2.0.0"
  source    = %q
  published = true
}
`, o.models(t, 1)[0], file)}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	costs = measure(t, s, 0)
	runtime.ReadMemStats(&after)
	return costs, int64(after.HeapSys>>20) - int64(before.HeapSys>>20) //nolint:gosec // MiB of a process
}

package resourcekit

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func monday() string  { return "monday" }
func tuesday() string { return "tuesday" }
func unsaid() string  { return "" }

// What one process plans, the others of the same run know, and those of another run do not.
func TestRunNames(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "plans")
	admin, other := PlannedNames{Run: NamesOfRun(folder, 1, monday)}, PlannedNames{Run: NamesOfRun(folder, 1, monday)}
	later, reused := PlannedNames{Run: NamesOfRun(folder, 2, monday)}, PlannedNames{Run: NamesOfRun(folder, 1, tuesday)}
	if other.Contains("octomil_model", "phi") {
		t.Error("a name is known before it is planned")
	}
	admin.Add("octomil_model", "phi")
	admin.Rename("octomil_device_group", "grp_1", "ring")
	for typeName, name := range map[string]string{"octomil_model": "phi", "octomil_device_group": "ring"} {
		if !other.Contains(typeName, name) || later.Contains(typeName, name) || reused.Contains(typeName, name) || other.Contains(typeName, name+"2") {
			t.Errorf("%s %q: another process %t, another run %t, one with the same process ID %t, another name %t", typeName, name,
				other.Contains(typeName, name), later.Contains(typeName, name), reused.Contains(typeName, name), other.Contains(typeName, name+"2"))
		}
	}
	if !other.IsRenamed("octomil_device_group", "grp_1", "ring") || other.IsRenamed("octomil_device_group", "grp_2", "ring") {
		t.Error("a rename is another process' only by its ID and name")
	}
}

// Where the system does not tell when a run began, the file of one that had the same process ID long ago counts for nothing.
func TestOldRunNames(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	before := PlannedNames{Run: NamesOfRun(folder, 1, unsaid)}
	before.Add("octomil_model", "phi")
	old := time.Now().Add(-runNamesAge)
	if err := os.Chtimes(filepath.Join(folder, "1"), old, old); err != nil {
		t.Fatal(err)
	}
	now := PlannedNames{Run: NamesOfRun(folder, 1, unsaid)}
	if now.Contains("octomil_model", "phi") {
		t.Error("an old name counts")
	}
	now.Add("octomil_model", "psi")
	if now.Run.contains(plannedName{"octomil_model", "phi"}) || !now.Run.contains(plannedName{"octomil_model", "psi"}) {
		t.Error("a new name is added to the old ones")
	}
}

// Where nothing can be written, a process knows its own names.
func TestRunNamesWithoutFolder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*PlannedNames{{}, {Run: NamesOfRun(filepath.Join(file, "plans"), 1, unsaid)}} {
		p.Add("octomil_model", "phi")
		if !p.Contains("octomil_model", "phi") || p.Contains("octomil_model", "psi") {
			t.Error("the names are not those of the process")
		}
	}
}

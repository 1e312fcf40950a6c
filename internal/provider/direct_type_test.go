package provider

import "testing"

// No schema has anything that leaves all plans to the framework.
func TestEveryResourceTypeIsPlannedDirectly(t *testing.T) {
	t.Parallel()
	p := New("test")()
	s := &directServer{provider: p}
	s.resourceType(t.Context(), "")
	for name := range s.types {
		if d := s.resourceType(t.Context(), name); !d.plansUnchanged {
			t.Errorf("%s is never planned directly", name)
		}
	}
	if len(s.types) < 10 {
		t.Errorf("there are %d resource types", len(s.types))
	}
}

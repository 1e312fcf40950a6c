package main

import (
	"bytes"
	"runtime/debug"
	"strings"
	"testing"
)

func TestVersionOf(t *testing.T) {
	for name, test := range map[string]struct {
		linked string
		module *debug.BuildInfo
		want   string
	}{
		"the linker's":            {"0.1.0", &debug.BuildInfo{Main: debug.Module{Version: "v0.2.0"}}, "0.1.0"},
		"of go install":           {unreleased, &debug.BuildInfo{Main: debug.Module{Version: "v0.2.0"}}, "0.2.0"},
		"of a working tree":       {unreleased, &debug.BuildInfo{Main: debug.Module{Version: "(devel)"}}, unreleased},
		"of a test":               {unreleased, &debug.BuildInfo{}, unreleased},
		"without any information": {unreleased, nil, unreleased},
	} {
		t.Run(name, func(t *testing.T) {
			defer func(before string) { version = before }(version)
			version = test.linked
			if got := versionOf(test.module); got != test.want {
				t.Errorf("the version is %q, want %q", got, test.want)
			}
		})
	}
}

// The commands are reached by their names.
func TestCommands(t *testing.T) {
	for _, name := range []string{"discover", "review", "drift", "sandbox"} {
		var out bytes.Buffer
		if _, err := run(t.Context(), []string{name, "-unknown"}, &out); err == nil || !strings.HasPrefix(err.Error(), name+": ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestVersionFlag(t *testing.T) {
	defer func(before, hash string) { version, commit = before, hash }(version, commit)
	version, commit = "1.2.3", "0123abc"
	var out bytes.Buffer
	if code, err := run(t.Context(), []string{"-version"}, &out); code != 0 || err != nil {
		t.Fatalf("exit code %d, %v", code, err)
	}
	if want := "terraform-provider-octomil 1.2.3 (commit 0123abc, go1."; !strings.HasPrefix(out.String(), want) {
		t.Errorf("it prints %q, want %q", &out, want)
	}
}

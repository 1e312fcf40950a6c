package discover

import (
	"bytes"
	"strings"
	"testing"
)

// A wrong flag is an error that names it, before anything is read.
func TestCommandRefuses(t *testing.T) {
	t.Parallel()
	for says, args := range map[string][]string{
		`unexpected argument "x"`: {"x"}, `-type has no type "rollout"`: {"-type=model,rollout"}, `-exclude has no type "x"`: {"-exclude=x"},
		"leaves no type": {"-type=model", "-exclude=octomil_model"}, "is no pattern": {"-name=[a"}, "must not be negative": {"-max-requests-per-minute=-1"},
		"no other flag": {"-references=a.tf", "-out=b.tf"}, "needs a file": {"-references="}, "not defined": {"-unknown"}, "no such file": {"-references=none.tf"},
	} {
		var out, errors bytes.Buffer
		_, err := Command(t.Context(), args, nil, &out, &errors)
		if err == nil || !strings.Contains(err.Error(), says) || !strings.HasPrefix(err.Error(), "discover: ") || out.Len()+errors.Len() > 0 {
			t.Errorf("%v: %v, and it prints %q; want %q", args, err, out.String()+errors.String(), says)
		}
	}
}

func TestCommandHelp(t *testing.T) {
	t.Parallel()
	var out, help bytes.Buffer
	code, err := Command(t.Context(), []string{"-h"}, nil, &out, &help)
	if code != 0 || err != nil || out.Len() > 0 {
		t.Fatalf("exit code %d, %v, %q", code, err, &out)
	}
	for _, word := range []string{"Usage: terraform-provider-octomil discover", "\n  octomil_log_integration\n", "-references file", "-group-deployments"} {
		if !strings.Contains(help.String(), word) {
			t.Errorf("the help has no %q:\n%s", word, &help)
		}
	}
}

package provider

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

const (
	credentials = "/home/ada/.octomil/credentials"
	configJSON  = "/home/ada/.octomil/config.json"
)

// machine returns sources with these variables and files, for the user ada.
func machine(env, files map[string]string) sources {
	return sources{
		getenv: func(name string) string { return env[name] },
		home:   func() (string, error) { return "/home/ada", nil },
		readFile: func(name string) ([]byte, error) {
			content, exists := files[name]
			if !exists {
				return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
			}
			return []byte(content), nil
		},
		mode: func(string) (fs.FileMode, error) { return 0o600, nil },
	}
}

type texts = map[string]string

// CONTRACT.md 1.6, 1.7
func TestSettingsOrderOfSources(t *testing.T) {
	t.Parallel()
	file := texts{credentials: `{"api_key":"file","org_id":"file-org","org_name":"Ada's"}`, configJSON: `{"org_id":"config-org"}`}
	for name, tc := range map[string]struct {
		block      block
		env, files texts
		want       control.Config // key, organization and URL only
	}{
		"the block before all": {
			block{APIKey: types.StringValue("block"), OrgID: types.StringValue("block-org"), APIURL: types.StringValue("https://block.test")},
			texts{"OCTOMIL_API_KEY": "env", "OCTOMIL_ORG_ID": "env-org", "OCTOMIL_API_URL": "https://env.test"}, file,
			control.Config{APIKey: "block", OrgID: "block-org", BaseURL: "https://block.test/api/v1"},
		},
		"the environment": {
			block{}, texts{"OCTOMIL_API_KEY": "env", "OCTOMIL_SERVER_KEY": "env2", "OCTOMIL_ORG_ID": "env-org",
				"OCTOMIL_API_URL": "https://env.test", "OCTOMIL_API_BASE": "https://env2.test"}, file,
			control.Config{APIKey: "env", OrgID: "env-org", BaseURL: "https://env.test/api/v1"},
		},
		"the second names of the environment": {
			block{}, texts{"OCTOMIL_SERVER_KEY": "env2", "OCTOMIL_API_BASE": "https://env2.test"}, nil,
			control.Config{APIKey: "env2", BaseURL: "https://env2.test/api/v1"},
		},
		"the credentials": {block{}, nil, file, control.Config{APIKey: "file", OrgID: "file-org", BaseURL: control.DefaultURL}},
		"the CLI's configuration, for the organization only": {
			block{}, nil, texts{credentials: `{"api_key":"file"}`, configJSON: `{"api_key":"not a place for it","org_id":"config-org"}`},
			control.Config{APIKey: "file", OrgID: "config-org", BaseURL: control.DefaultURL},
		},
		"each setting from its own source": {
			block{APIKey: types.StringValue("block")}, texts{"OCTOMIL_API_URL": "http://localhost:8787"}, texts{configJSON: `{"org_id":7}`},
			control.Config{APIKey: "block", OrgID: "7", BaseURL: "http://localhost:8787/api/v1"},
		},
		"empty is not set": {
			block{APIKey: types.StringValue(""), OrgID: types.StringValue("")}, texts{"OCTOMIL_API_KEY": "", "OCTOMIL_SERVER_KEY": "env2"}, file,
			control.Config{APIKey: "env2", OrgID: "file-org", BaseURL: control.DefaultURL},
		},
		"a line break at the end, as file() leaves it": {
			block{APIKey: types.StringValue("block\n")}, texts{"OCTOMIL_ORG_ID": " env-org\r\n", "OCTOMIL_API_URL": "https://env.test\n"}, nil,
			control.Config{APIKey: "block", OrgID: "env-org", BaseURL: "https://env.test/api/v1"},
		},
		"complete without files, however broken they are": {
			block{APIKey: types.StringValue("block"), OrgID: types.StringValue("block-org")}, nil, texts{credentials: "{"},
			control.Config{APIKey: "block", OrgID: "block-org", BaseURL: control.DefaultURL},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, bad := tc.block.settings(machine(tc.env, tc.files))
			if bad != nil {
				t.Fatalf("%s: %s", bad.summary, bad.detail)
			}
			is := control.Config{APIKey: got.client.APIKey, OrgID: got.client.OrgID, BaseURL: got.client.BaseURL}
			if diff := cmp.Diff(tc.want, is); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
		})
	}
}

// CONTRACT.md 1.71
func TestSettingsDefaultsAndValues(t *testing.T) {
	t.Parallel()
	key := types.StringValue("k")
	org := types.StringValue("o")
	got, bad := block{APIKey: key, OrgID: org}.settings(machine(nil, nil))
	if bad != nil {
		t.Fatal(bad.detail)
	}
	want := settings{
		client: control.Config{BaseURL: control.DefaultURL, APIKey: "k", OrgID: "o", MaxRequestsPerMinute: 100, MaxRetries: 4,
			RequestTimeout: 30 * time.Second},
		pollInterval: 2 * time.Second,
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(settings{})); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}

	got, bad = block{
		APIKey: key, OrgID: org, APIURL: types.StringValue("http://10.0.0.7"), AllowInsecureHTTP: types.BoolValue(true),
		MaxRequestsPerMinute: types.Int64Value(0), MaxRetries: types.Int64Value(0), CACertificateFile: types.StringValue("/ca.pem"),
		RequestTimeout: timetypes.NewGoDurationValue(5 * time.Second), PollInterval: timetypes.NewGoDurationValue(20 * time.Millisecond),
	}.settings(machine(nil, texts{"/ca.pem": "the certificates"}))
	if bad != nil {
		t.Fatal(bad.detail)
	}
	want = settings{
		client: control.Config{BaseURL: "http://10.0.0.7/api/v1", APIKey: "k", OrgID: "o", AllowInsecureHTTP: true, RequestTimeout: 5 * time.Second,
			CACertificates: []byte("the certificates")},
		pollInterval: 20 * time.Millisecond,
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(settings{})); diff != "" {
		t.Errorf("everything set (-want +got):\n%s", diff)
	}
}

func TestSettingsErrors(t *testing.T) {
	t.Parallel()
	complete := func(change func(*block)) block {
		b := block{APIKey: types.StringValue("oct_secret"), OrgID: types.StringValue("demo")}
		change(&b)
		return b
	}
	for name, tc := range map[string]struct {
		block      block
		env, files texts
		at         string
		says       []string
	}{
		"no key": {at: "api_key", says: []string{"api_key", "OCTOMIL_API_KEY", "~/.octomil/credentials", "octomil login"}},
		"broken credentials": {files: texts{credentials: `{"api_key":`}, at: "api_key",
			says: []string{credentials, "octomil login", "Fix or remove"}},
		"broken CLI configuration": {block: block{APIKey: types.StringValue("k")}, files: texts{configJSON: `[]`}, at: "org_id",
			says: []string{configJSON, "Fix or remove"}},
		"URL without a scheme": {block: complete(func(b *block) { b.APIURL = types.StringValue("api.octomil.com") }), at: "api_url",
			says: []string{`"api.octomil.com"`, "https://api.octomil.com/api/v1", "OCTOMIL_API_URL"}},
		"clear text to another machine": {block: complete(func(*block) {}), env: texts{"OCTOMIL_API_BASE": "http://api.octomil.com"}, at: "api_url",
			says: []string{"clear text", "allow_insecure_http", "OCTOMIL_API_BASE"}},
		"timeout of zero": {block: complete(func(b *block) { b.RequestTimeout = timetypes.NewGoDurationValue(0) }), at: "request_timeout",
			says: []string{"request_timeout", `"0s"`, "30s"}},
		"negative interval": {block: complete(func(b *block) { b.PollInterval = timetypes.NewGoDurationValue(-time.Second) }), at: "poll_interval",
			says: []string{"poll_interval", `"-1s"`, "2s"}},
		"no certificate file": {block: complete(func(b *block) { b.CACertificateFile = types.StringValue("/no.pem") }), at: "ca_certificate_file",
			says: []string{"/no.pem", "file does not exist"}},
		"empty certificate file": {block: complete(func(b *block) { b.CACertificateFile = types.StringValue("/ca.pem") }), files: texts{"/ca.pem": ""},
			at: "ca_certificate_file", says: []string{"No PEM certificate", "BEGIN CERTIFICATE"}},
		"certificate file in the home of a shell": {block: complete(func(b *block) { b.CACertificateFile = types.StringValue("~/ca.pem") }),
			at: "ca_certificate_file", says: []string{`"~/ca.pem"`, "pathexpand"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, bad := tc.block.settings(machine(tc.env, tc.files))
			if bad == nil {
				t.Fatal("accepted")
			}
			if !bad.at.Equal(path.Root(tc.at)) {
				t.Errorf("the error is on %s; want %s", bad.at, tc.at)
			}
			for _, part := range tc.says {
				if !strings.Contains(bad.summary+"\n"+bad.detail, part) {
					t.Errorf("%q does not say %q", bad.summary+": "+bad.detail, part)
				}
			}
			if strings.Contains(bad.detail, "secret") {
				t.Errorf("%q shows the key", bad.detail)
			}
		})
	}
}

// CONTRACT.md 1.7
func TestSettingsUnreadableFiles(t *testing.T) {
	t.Parallel()
	homeless := machine(nil, nil)
	homeless.home = func() (string, error) { return "", errors.New("$HOME is not defined") }
	if _, bad := (block{}).settings(homeless); bad == nil || bad.summary != "Missing API key" {
		t.Errorf("without a home: %+v", bad)
	}
	if _, bad := (block{APIKey: types.StringValue("k")}).settings(homeless); bad != nil {
		t.Errorf("without a home, with a key: %+v", bad)
	}
	locked := machine(nil, nil)
	locked.readFile = func(name string) ([]byte, error) { return nil, fmt.Errorf("open %s: %w", name, fs.ErrPermission) }
	if _, bad := (block{}).settings(locked); bad == nil || !strings.Contains(bad.detail, credentials) {
		t.Errorf("a locked file: %+v", bad)
	}
}

func TestBlockUnknown(t *testing.T) {
	t.Parallel()
	for want, b := range map[string]block{
		"":                        {APIKey: types.StringValue("k")},
		"api_key":                 {APIKey: types.StringUnknown(), PollInterval: timetypes.NewGoDurationUnknown()},
		"org_id":                  {OrgID: types.StringUnknown()},
		"api_url":                 {APIURL: types.StringUnknown()},
		"allow_insecure_http":     {AllowInsecureHTTP: types.BoolUnknown()},
		"ca_certificate_file":     {CACertificateFile: types.StringUnknown()},
		"max_requests_per_minute": {MaxRequestsPerMinute: types.Int64Unknown()},
		"max_retries":             {MaxRetries: types.Int64Unknown()},
		"request_timeout":         {RequestTimeout: timetypes.NewGoDurationUnknown()},
		"poll_interval":           {PollInterval: timetypes.NewGoDurationUnknown()},
	} {
		if got := b.unknown(); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
}

func TestSettingsExposedKeyFile(t *testing.T) {
	t.Parallel()
	const withKey = `{"api_key":"file","org_id":"file-org"}`
	for name, tc := range map[string]struct {
		block block
		file  string
		mode  fs.FileMode
		err   error
		want  string
	}{
		"readable by all":        {file: withKey, mode: 0o644, want: credentials},
		"readable by the group":  {file: withKey, mode: 0o640, want: credentials},
		"writable by others":     {file: withKey, mode: 0o602, want: credentials},
		"the owner's":            {file: withKey, mode: 0o600},
		"no such bits":           {file: withKey, mode: 0},
		"without a key":          {block: block{APIKey: types.StringValue("block")}, file: `{"org_id":"file-org"}`, mode: 0o644},
		"the file is not needed": {block: block{APIKey: types.StringValue("b"), OrgID: types.StringValue("o")}, file: withKey, mode: 0o644},
		"unknown permissions":    {file: withKey, mode: 0o644, err: fs.ErrPermission},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := machine(nil, texts{credentials: tc.file})
			from.mode = func(file string) (fs.FileMode, error) {
				if file != credentials {
					t.Errorf("the permissions of %s were asked for", file)
				}
				return tc.mode, tc.err
			}
			got, err := tc.block.settings(from)
			if err != nil || got.exposed != tc.want {
				t.Errorf("exposed is %q, %v; want %q", got.exposed, err, tc.want)
			}
		})
	}
}

package provider

import (
	"os"
	"testing"
)

func TestVisibleLogLevel(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		env  map[string]string
		want string
	}{
		"no level":                           {nil, "OFF"},
		"only Terraform's own logs":          {map[string]string{"TF_LOG_CORE": "TRACE"}, "OFF"},
		"all logs":                           {map[string]string{"TF_LOG": "TRACE"}, "TRACE"},
		"all logs, as JSON":                  {map[string]string{"TF_LOG": "JSON"}, "JSON"},
		"a provider's logs":                  {map[string]string{"TF_LOG_PROVIDER": "info"}, "info"},
		"a provider's more than all":         {map[string]string{"TF_LOG": "WARN", "TF_LOG_PROVIDER": "DEBUG"}, "DEBUG"},
		"without what providers are made of": {map[string]string{"TF_LOG": "TRACE", "TF_LOG_SDK": "OFF"}, "OFF"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := visibleLogLevel(func(key string) string { return test.env[key] }); got != test.want {
				t.Errorf("the level with %v is %s, want %s", test.env, got, test.want)
			}
		})
	}
}

// A level for the framework is kept.
func TestQuietFramework(t *testing.T) {
	for _, name := range []string{"TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_SDK"} {
		t.Setenv(name, "")
	}
	for set, want := range map[string]string{"": "OFF", "TRACE": "TRACE"} {
		t.Setenv(frameworkLogVariable, set)
		if err := quietFramework(); err != nil {
			t.Fatal(err)
		}
		if got := os.Getenv(frameworkLogVariable); got != want {
			t.Errorf("%s=%q became %q, want %q", frameworkLogVariable, set, got, want)
		}
	}
}

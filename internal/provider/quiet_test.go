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

// A level that is set for a logger is kept. What Terraform shows is logged as before, and nothing else.
func TestQuietLibraries(t *testing.T) {
	all := []string{"TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_SDK", frameworkLogVariable, protocolLogVariable, providerLogVariable}
	tests := map[string]struct {
		env, want map[string]string
		read      bool
	}{
		"nothing is asked for": {nil, map[string]string{frameworkLogVariable: "OFF", protocolLogVariable: "OFF", providerLogVariable: "OFF"}, false},
		"all logs": {
			map[string]string{"TF_LOG": "DEBUG"}, map[string]string{frameworkLogVariable: "DEBUG", protocolLogVariable: "DEBUG", providerLogVariable: ""}, true,
		},
		"the provider's": {
			map[string]string{"TF_LOG_PROVIDER": "WARN"},
			map[string]string{frameworkLogVariable: "WARN", protocolLogVariable: "WARN", providerLogVariable: ""}, true,
		},
		"the libraries'": {
			map[string]string{"TF_LOG_SDK": "TRACE"},
			map[string]string{frameworkLogVariable: "TRACE", protocolLogVariable: "TRACE", providerLogVariable: "OFF"}, true,
		},
		"the framework's": {
			map[string]string{frameworkLogVariable: "TRACE"},
			map[string]string{frameworkLogVariable: "TRACE", protocolLogVariable: "OFF", providerLogVariable: "OFF"}, true,
		},
		"the protocol's": {
			map[string]string{protocolLogVariable: "TRACE"},
			map[string]string{frameworkLogVariable: "OFF", protocolLogVariable: "TRACE", providerLogVariable: "OFF"}, true,
		},
		"the provider's own": {
			map[string]string{providerLogVariable: "INFO"},
			map[string]string{frameworkLogVariable: "OFF", protocolLogVariable: "OFF", providerLogVariable: "INFO"}, true,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, variable := range all {
				t.Setenv(variable, test.env[variable])
			}
			if err := quietLibraries(); err != nil {
				t.Fatal(err)
			}
			for variable, want := range test.want {
				if got := os.Getenv(variable); got != want {
					t.Errorf("%s became %q, want %q", variable, got, want)
				}
			}
			if got := logsAreRead(os.Getenv); got != test.read {
				t.Errorf("logs are read: %t", got)
			}
		})
	}
}

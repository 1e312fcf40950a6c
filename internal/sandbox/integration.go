package sandbox

import (
	"net/url"
	"regexp"
	"slices"
	"time"
)

// signal is what an integration exports: metrics or logs.
type signal string

const (
	metricsExport signal = "metrics"
	logStream     signal = "logs"
	// anySignal stands for both.
	anySignal signal = ""
)

var metricsTypes = []string{"prometheus", "opentelemetry", "datadog", "statsd"}

// integration exports the organization's metrics or logs (CONTRACT.md, section 7). The sandbox stores it and sends nothing.
type integration struct {
	id, name, kind string
	signal         signal
	enabled        bool
	// config is the visible configuration of a metrics integration; endpoint and format belong to a log integration.
	config           map[string]any
	endpoint, format string
	// credentials are not part of any response.
	credentials      map[string]any
	created, updated time.Time
}

// credentialKey matches the keys of a configuration whose value is a credential.
var credentialKey = regexp.MustCompile(`(?i)^(headers|auth|auth_config)$|(^|[_-])((api|app|access|private)[_-]?key|token|` +
	`secret|password|passwd|authorization|credentials?)$`)

// splitCredentials separates the visible part of a configuration from the credentials.
func splitCredentials(config map[string]any) (shown, credentials map[string]any) {
	shown, credentials = map[string]any{}, map[string]any{}
	for key, value := range config {
		nested, isObject := value.(map[string]any)
		switch {
		case credentialKey.MatchString(key):
			credentials[key] = value
		case isObject:
			open, closed := splitCredentials(nested)
			shown[key] = open
			if len(closed) > 0 {
				credentials[key] = closed
			}
		default:
			shown[key] = value
		}
	}
	return shown, credentials
}

// validate returns an error if an integration is invalid.
func (i *integration) validate() error {
	if i.name == "" {
		return invalid("name", "name is required")
	}
	if i.signal == metricsExport {
		if !slices.Contains(metricsTypes, i.kind) {
			return invalid("integration_type", "integration_type %q is not one of %v", i.kind, metricsTypes)
		}
		return nil
	}
	if i.kind == "" {
		return invalid("integration_type", "integration_type is required")
	}
	if at, err := url.Parse(i.endpoint); err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" {
		return invalid("endpoint_url", "endpoint_url is required and must be an http or https URL")
	}
	return nil
}

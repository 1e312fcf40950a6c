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
	// anySignal stands for the calls that take either.
	anySignal signal = ""
)

var metricsTypes = []string{"prometheus", "opentelemetry", "datadog", "statsd"}

// integration sends the organization's metrics or logs elsewhere (the control API contract, section 7). The sandbox keeps the
// record and sends nothing.
type integration struct {
	id, name, kind string
	signal         signal
	enabled        bool
	// config is what a metrics integration shows of its configuration; endpoint and format are a log integration's.
	config           map[string]any
	endpoint, format string
	// credentials are what no answer shows.
	credentials      map[string]any
	created, updated time.Time
}

// credentialName is the name of a key of the configuration whose value is a credential.
var credentialKey = regexp.MustCompile(`(?i)^(headers|auth|auth_config)$|(^|[_-])((api|app|access|private)[_-]?key|token|` +
	`secret|password|passwd|authorization|credentials?)$`)

// splitCredentials parts a configuration in what may be shown and what may not.
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

// check says what is wrong with an integration, nil for nothing.
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

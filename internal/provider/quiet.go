package provider

import (
	"cmp"
	"os"
)

// The variables that set the levels of the loggers in a provider's process: that of the framework, that of the protocol's server, and the
// provider's own.
const (
	frameworkLogVariable = "TF_LOG_SDK_FRAMEWORK"
	protocolLogVariable  = "TF_LOG_SDK_PROTO"
	providerLogVariable  = "TF_LOG_PROVIDER_OCTOMIL"
)

// logsOff is the level of a logger that writes nothing.
const logsOff = "OFF"

// quietLibraries turns off logs that Terraform would discard. By default the framework, the protocol's server and the provider's logger write
// traces even if TF_LOG is not set. The protocol's are a third of what a small resource costs. The cost of the framework's grows with the
// square of the length of a list: each element nests a context in the one before, and each trace searches all of them for its logger. For a
// group of 100000 devices that took minutes. See
// https://github.com/hashicorp/terraform-plugin-framework/issues/1086 and
// https://github.com/hashicorp/terraform-plugin-go/blob/v0.31.0/tfprotov6/tf6server/server.go (loggingContext).
func quietLibraries() error {
	levels := map[string]string{
		frameworkLogVariable: visibleLogLevel(os.Getenv),
		protocolLogVariable:  visibleLogLevel(os.Getenv),
		providerLogVariable:  visibleProviderLogLevel(os.Getenv),
	}
	for name, level := range levels {
		if os.Getenv(name) != "" || level == "" {
			continue
		}
		if err := os.Setenv(name, level); err != nil {
			return err
		}
	}
	return nil
}

// visibleLogLevel returns the level of the logs of libraries that Terraform shows: TF_LOG_PROVIDER, or TF_LOG, or nothing without both.
// TF_LOG_SDK, which Terraform itself does not read, sets the level of the libraries of providers and comes first.
func visibleLogLevel(getenv func(string) string) string {
	// JSON, and a value that is no level, mean TRACE to Terraform and to the framework.
	return cmp.Or(getenv("TF_LOG_SDK"), getenv("TF_LOG_PROVIDER"), getenv("TF_LOG"), logsOff)
}

// visibleProviderLogLevel returns the level of the provider's own logger, "" for its default, which is TRACE and which Terraform filters.
func visibleProviderLogLevel(getenv func(string) string) string {
	if cmp.Or(getenv("TF_LOG_PROVIDER"), getenv("TF_LOG")) == "" {
		return logsOff
	}
	return ""
}

// logsAreRead is true of a process of which somebody reads logs.
func logsAreRead(getenv func(string) string) bool {
	libraries := visibleLogLevel(getenv)
	for name, level := range map[string]string{
		frameworkLogVariable: libraries, protocolLogVariable: libraries, providerLogVariable: visibleProviderLogLevel(getenv),
	} {
		if cmp.Or(getenv(name), level) != logsOff {
			return true
		}
	}
	return false
}

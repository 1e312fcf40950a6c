package provider

import (
	"context"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
)

// address is where the registry has the provider.
const address = "registry.terraform.io/octomil/octomil"

// Serve serves the provider to the Terraform that has started this process, until Terraform ends it. With debug it prints how a
// Terraform can attach, and waits for an interrupt.
func Serve(ctx context.Context, version string, debug bool) error {
	if !debug { // a debugger's terminal shows the logs of the process itself, whatever Terraform shows
		if err := quietFramework(); err != nil {
			return err
		}
	}
	return providerserver.Serve(ctx, New(version), providerserver.ServeOpts{Address: address, Debug: debug, ProtocolVersion: 6})
}

// frameworkLogVariable is the variable that sets the level of the framework's own logs.
const frameworkLogVariable = "TF_LOG_SDK_FRAMEWORK"

// quietFramework keeps the framework from writing what Terraform would only throw away. Left alone it writes its traces even where
// TF_LOG is not set, and a long list pays for it with the square of its length: each walk over a value nests a context in the one
// before at every element, and each trace looks for its logger at the bottom of them all. A group of 100000 devices took minutes of
// that. See https://github.com/hashicorp/terraform-plugin-framework/issues/1086.
func quietFramework() error {
	if os.Getenv(frameworkLogVariable) != "" {
		return nil
	}
	return os.Setenv(frameworkLogVariable, visibleLogLevel(os.Getenv))
}

// visibleLogLevel is the level of the framework's logs that anybody gets to see. Terraform passes on what TF_LOG_PROVIDER lets through,
// or else TF_LOG, and without both it passes on nothing. TF_LOG_SDK, which Terraform does not read, is for what providers are made of.
func visibleLogLevel(getenv func(string) string) string {
	for _, name := range []string{"TF_LOG_SDK", "TF_LOG_PROVIDER", "TF_LOG"} {
		if level := getenv(name); level != "" {
			return level // JSON and what is no level at all mean everything, to Terraform as to the framework
		}
	}
	return "OFF"
}

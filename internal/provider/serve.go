package provider

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// address is the provider's address in the registry.
const address = "registry.terraform.io/octomil/octomil"

// Serve serves the provider to the Terraform process that started this one, until Terraform stops it. With debug it prints how
// Terraform can attach, and waits for an interrupt.
func Serve(ctx context.Context, version string, debug bool) error {
	if !debug { // the terminal of a debugger shows the logs of the process itself
		if err := quietLibraries(); err != nil {
			return err
		}
	}
	collectLessOften()
	var options []tf6server.ServeOpt
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	ephemerals := &resourcekit.OpenEphemerals{}
	open := func() provider.Provider {
		return &octomilProvider{version: version, run: namesOfRun(), served: true, ephemerals: ephemerals}
	}
	err := tf6server.Serve(address, newServer(open, debug || logsAreRead(os.Getenv)), options...)
	ctx, cancel := context.WithTimeout(control.Urgent(context.WithoutCancel(ctx)), stopTimeout)
	defer cancel()
	ephemerals.CloseAll(ctx)
	return err
}

// stopTimeout is how long a process that was asked to stop closes what is open. Terraform kills it after 2 seconds.
const stopTimeout = 1800 * time.Millisecond

// namesOfRun are the names that the processes which this run of Terraform has started share, nil without a home folder.
func namesOfRun() *resourcekit.RunNames {
	folder := plansFolder()
	if folder == "" {
		return nil
	}
	return resourcekit.NamesOfRun(folder, os.Getppid(), parentStart)
}

// plansFolder is the folder of what the processes of a run share, "" without a home folder.
func plansFolder() string {
	folder, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(folder, "terraform-provider-octomil", "plans")
}

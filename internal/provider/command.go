package provider

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// parentTimeout limits the look at the command line.
const parentTimeout = 2 * time.Second

// parentCommand returns the arguments of the process that has started this one, nil where the system does not tell. Terraform starts a
// provider itself, so they are those of the command.
func parentCommand(ctx context.Context) []string {
	parent := strconv.Itoa(os.Getppid())
	switch runtime.GOOS {
	case "linux":
		content, err := os.ReadFile("/proc/" + parent + "/cmdline")
		if err != nil {
			return nil
		}
		return strings.Split(strings.TrimRight(string(content), "\x00"), "\x00")
	case "windows":
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, parentTimeout)
	defer cancel()
	output, err := exec.CommandContext(ctx, "ps", "-o", "args=", "-p", parent).Output() //nolint:gosec // the ID of a process is a number
	if err != nil {
		return nil
	}
	return strings.Fields(string(bytes.TrimSpace(output)))
}

// parentStart is parentBegun, found out once.
var parentStart = sync.OnceValue(func() string { return parentBegun(context.Background()) })

// parentBegun says when the process began that has started this one, in a form of the system; "" where it does not tell. Together with
// its ID, that names a run of Terraform.
func parentBegun(ctx context.Context) string {
	parent := strconv.Itoa(os.Getppid())
	switch runtime.GOOS {
	case "linux":
		content, err := os.ReadFile("/proc/" + parent + "/stat")
		boot, bootErr := os.ReadFile("/proc/sys/kernel/random/boot_id")
		// The second field is the name of the program, in brackets; the time is the 22nd.
		fields := strings.Fields(string(content[bytes.LastIndexByte(content, ')')+1:]))
		if err != nil || bootErr != nil || len(fields) < 20 {
			return ""
		}
		return fields[19] + " " + string(boot)
	case "windows":
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, parentTimeout)
	defer cancel()
	output, err := exec.CommandContext(ctx, "ps", "-o", "lstart=", "-p", parent).Output() //nolint:gosec // the ID of a process is a number
	if err != nil {
		return ""
	}
	return string(bytes.TrimSpace(output))
}

// switches are the flags of an apply that take no value, in Terraform or in OpenTofu.
var switches = []string{
	"allow-deferral", "auto-approve", "compact-warnings", "concise", "consolidate-errors", "consolidate-warnings", "destroy", "input", "json",
	"lock", "no-color", "refresh", "refresh-only", "show-sensitive", "suppress-forget-errors",
}

// applies reports whether a command line plans and applies, or applies a plan from a file. In doubt it is false.
func applies(args []string, getenv func(string) string) (plans, fromFile bool) {
	command, flags := commandOf(args, getenv)
	if command != "apply" {
		return false, false
	}
	files := 0
	for i := 0; i < len(flags); i++ {
		switch name := strings.TrimLeft(flags[i], "-"); {
		case name == flags[i]:
			files++
		case strings.Contains(name, "=") || slices.Contains(switches, name):
		default:
			i++ // the value of the flag is the next argument
			if i == len(flags) || strings.HasPrefix(flags[i], "-") {
				return false, false
			}
		}
	}
	return files == 0, files == 1
}

// commandOf returns the command of a command line, and its arguments with those of the environment; "" where there is none.
func commandOf(args []string, getenv func(string) string) (command string, flags []string) {
	if len(args) < 2 {
		return "", nil
	}
	i := slices.IndexFunc(args[1:], func(arg string) bool { return !strings.HasPrefix(arg, "-") })
	if i < 0 {
		return "", nil
	}
	command = args[i+1]
	return command, slices.Concat(strings.Fields(getenv("TF_CLI_ARGS")), strings.Fields(getenv("TF_CLI_ARGS_"+command)), args[i+2:])
}

// destroys reports whether a command line destroys everything: before it plans that, Terraform makes an ordinary plan, and an error of that
// plan would end the command. The protocol does not tell a provider which of the two it is asked for.
func destroys(args []string, getenv func(string) string) bool {
	switch command, flags := commandOf(args, getenv); command {
	case "destroy":
		return true
	case "plan", "apply":
		return slices.ContainsFunc(flags, func(flag string) bool {
			name, value, hasValue := strings.Cut(strings.TrimLeft(flag, "-"), "=")
			on, err := strconv.ParseBool(value)
			return strings.HasPrefix(flag, "-") && name == "destroy" && (!hasValue || err == nil && on)
		})
	}
	return false
}

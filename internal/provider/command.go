package provider

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
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

// destroys reports whether a command line destroys everything: before it plans that, Terraform makes an ordinary plan, and an error of that
// plan would end the command. The protocol does not tell a provider which of the two it is asked for.
func destroys(args []string, getenv func(string) string) bool {
	if len(args) < 2 {
		return false
	}
	i := slices.IndexFunc(args[1:], func(arg string) bool { return !strings.HasPrefix(arg, "-") })
	if i < 0 {
		return false
	}
	command, flags := args[i+1], args[i+2:]
	switch command {
	case "destroy":
		return true
	case "plan", "apply":
		flags = slices.Concat(strings.Fields(getenv("TF_CLI_ARGS")), strings.Fields(getenv(fmt.Sprintf("TF_CLI_ARGS_%s", command))), flags)
		return slices.ContainsFunc(flags, func(flag string) bool {
			name, value, hasValue := strings.Cut(strings.TrimLeft(flag, "-"), "=")
			on, err := strconv.ParseBool(value)
			return strings.HasPrefix(flag, "-") && name == "destroy" && (!hasValue || err == nil && on)
		})
	}
	return false
}

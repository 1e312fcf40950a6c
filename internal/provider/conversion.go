package provider

import (
	"fmt"
	"regexp"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// numberError is what the framework says of a number that has no place in the type of its attribute, as an error of the provider.
var numberError = regexp.MustCompile(`Value (?:%!s\(\*big\.Float=)?([^) ]+)\)? (is not an integer|cannot be represented as a 64-bit)`)

// explainNumber makes the framework's error about a number one of the attribute: the configuration is wrong, not the provider. See
// https://github.com/hashicorp/terraform-plugin-framework/blob/v1.19.0/types/basetypes/int64_type.go.
func explainNumber(d *tfprotov6.Diagnostic) {
	found := numberError.FindStringSubmatch(d.Detail)
	if found == nil || d.Attribute == nil {
		return
	}
	name := ""
	for _, step := range d.Attribute.Steps() {
		if attribute, ok := step.(tftypes.AttributeName); ok {
			name = string(attribute)
		}
	}
	d.Summary, d.Detail = "Invalid number", fmt.Sprintf("%#q is out of range, got: %s.", name, found[1])
	if found[2] == "is not an integer" {
		d.Detail = fmt.Sprintf("%#q must be a whole number, got: %s.", name, found[1])
	}
}

// sameDiagnostic reports whether two diagnostics say the same of the same attribute.
func sameDiagnostic(a, b *tfprotov6.Diagnostic) bool {
	return a.Severity == b.Severity && a.Summary == b.Summary && a.Detail == b.Detail && a.Attribute.Equal(b.Attribute)
}

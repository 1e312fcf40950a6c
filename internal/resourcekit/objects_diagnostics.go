package resourcekit

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// movedAdvice says how a resource is renamed.
const movedAdvice = "If the resource was renamed in the configuration, add a `moved` block with its old and its new address. " +
	"If it must no longer be managed under the old address, use a `removed` block with `destroy = false`."

// AddConflictingResources adds the error of two resources that configure one object differently: each apply of one would undo the
// other.
func AddConflictingResources(title string, attribute path.Path, diags *diag.Diagnostics) {
	diags.AddAttributeError(attribute, fmt.Sprintf("Two resources manage the same %s", title), fmt.Sprintf("Another resource of this "+
		"configuration manages the same %s and sets `%s` to a different value: each apply of one would undo the other. Remove one of the two "+
		"resources.\n\n%s", title, attribute, movedAdvice))
}

// WarnOfKeptObject warns that a destroy leaves an object as it is because another resource manages it.
func WarnOfKeptObject(title string, diags *diag.Diagnostics) {
	diags.AddWarning(fmt.Sprintf("The %s is not destroyed", title), fmt.Sprintf("Both this resource and another resource of the configuration manage "+
		"the same %s. The destroy only removes this resource from the state; the %[1]s remains as the other resource configures it.\n\n%[2]s",
		title, movedAdvice))
}

// WarnOfAdoption warns that a resource takes over the object of another resource that the same plan destroys.
func WarnOfAdoption(title string, diags *diag.Diagnostics) {
	diags.AddWarning(fmt.Sprintf("Another resource of this plan destroys the same %s", title), fmt.Sprintf("Both this resource and a resource that the "+
		"plan destroys manage the same %s. After the apply it is as this resource configures it, but it may be without its settings for a moment."+
		"\n\n%s", title, movedAdvice))
}

// AddDestroyedElsewhere adds the error of a resource whose object another resource of the plan destroys.
func AddDestroyedElsewhere(title string, diags *diag.Diagnostics) {
	diags.AddError(fmt.Sprintf("Another resource of this plan destroys the same %s", title), fmt.Sprintf("Both this resource and a resource that the "+
		"plan destroys manage the same %s, which would no longer exist after the apply.\n\n%s", title, movedAdvice))
}

// warnOfRecreation warns that a plan deletes an object and creates one that has the same name.
func warnOfRecreation(title, name string, diags *diag.Diagnostics) {
	diags.AddWarning(fmt.Sprintf("The %s is deleted and created again", title), fmt.Sprintf("Both a resource that this plan destroys and a resource that "+
		"it creates manage the %s %q. The new one does not have the ID and the history of the old one.\n\n%s", title, name, movedAdvice))
}

// addInterrupted adds the error of an operation that was interrupted while it waited for another one on the same object.
func addInterrupted(title string, err error, diags *diag.Diagnostics) {
	diags.AddError("Operation was interrupted", fmt.Sprintf("The operation waited for another resource that changes the same %s: %s. Nothing was "+
		"changed. Run the same command again.", title, err))
}

// Package review tells the reviewer of a plan, and a job that looks for drift, what a Terraform plan does to a fleet.
//
// It reads the JSON of a plan and nothing else: no key, no network, no state. [Review] and [Drift] are the two commands.
//
// The way of a plan: readInput decodes it, and reviewPlan or findDrift makes a report of it. redact then removes from the report
// whatever the plan marks as sensitive, and render writes what is left as Markdown, text or JSON.
package review

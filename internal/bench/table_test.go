//go:build bench

package bench

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	tablePath = flag.String("table", "", "the file for the table in Markdown; without it the table is only logged")
	sizes     = flag.String("sizes", "1,100,300", "how many resources, comma-separated; 5000 take hours")
)

// TestTable runs each command line for each kind and number of resources, beside terraform_data and the trivial provider of the same number.
func TestTable(t *testing.T) {
	var out table
	for _, path := range commandLines(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Setenv("TF_ACC_TERRAFORM_PATH", path)
			out.begin(t, path)
			out.measureAll(t)
		})
	}
}

// commandLines are the command line that `make` has found, or else terraform, and OpenTofu where it is on PATH, too.
func commandLines(t *testing.T) []string {
	t.Helper()
	first := cmp.Or(os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform")
	if tofu, err := exec.LookPath("tofu"); err == nil && filepath.Base(first) != "tofu" {
		return []string{first, tofu}
	}
	return []string{first}
}

func (o *table) measureAll(t *testing.T) {
	t.Helper()
	for _, n := range append(numbers(t, *sizes), 1) {
		if o.floors[n].commands != nil {
			continue
		}
		t.Run(fmt.Sprintf("%d of others", n), func(t *testing.T) {
			f := floor{commands: measure(t, baseline(n), 0), trivial: measure(t, things(t, n), 0)}
			o.floors[n] = f
			o.rows("`terraform_data`", n, f.commands, nil, floor{commands: f.commands})
			o.rows("the trivial provider's", n, f.trivial, nil, f)
		})
	}
	for _, w := range workloads {
		for _, n := range numbers(t, *sizes) {
			if w.maxCount > 0 && n > w.maxCount {
				continue
			}
			t.Run(fmt.Sprintf("%d %s", n, w.name), func(t *testing.T) {
				o.rows(w.name, n, measure(t, w.prepare(t, n), 0), rateLimited(t, w, n), o.floors[n])
				o.save(t)
			})
		}
	}
	for _, file := range uploads {
		t.Run("an upload of "+file.words, func(t *testing.T) {
			costs, _ := measureUpload(t, file.size)
			o.rows("`octomil_model_version` of "+file.words, 1, costs, nil, o.floors[1])
			o.save(t)
		})
	}
	for _, form := range []struct{ words, text string }{{"", asList}, {" in a map", asMap}} {
		for _, devices := range []int{10_000, 100_000} {
			name := fmt.Sprintf("a group of %d members%s", devices, form.words)
			t.Run(name, func(t *testing.T) {
				o.rows(name, 1, measure(t, oneGroup(t, devices, form.text), 0), nil, o.floors[1])
				o.save(t)
			})
		}
	}
	t.Run("plans without changes", func(t *testing.T) {
		all := contenders(t, *pairCount)
		for range *pairRounds {
			for i := range all {
				all[i].plan(t)
			}
		}
		o.pairs(all)
		o.save(t)
	})
}

// rateLimited measures a workload under the API's limit of requests, unless its creation alone would have to wait too long.
func rateLimited(t *testing.T, w workload, n int) map[string]cost {
	t.Helper()
	if float64(n*w.writes-requestsPerMinute) > longestWait.Minutes()*requestsPerMinute {
		return nil
	}
	return measure(t, w.prepare(t, n), requestsPerMinute)
}

// floor is what a number of resources costs at least: those of terraform_data, and those of the trivial provider.
type floor struct{ commands, trivial map[string]cost }

// table is the report in Markdown.
type table struct {
	text strings.Builder
	// floors are those of the current command line, by the number of resources.
	floors map[int]floor
}

func (o *table) begin(t *testing.T, path string) {
	t.Helper()
	o.floors = map[int]floor{}
	version, err := exec.CommandContext(t.Context(), path, "version").Output() //nolint:gosec // the command line to measure
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&o.text, "Measured on %s with %s, %s, %d processors, against the sandbox on the same machine. The CPU time is that of the command line "+
		"and the provider, of users and of the system. The peak of memory is that of the provider. A time that begins with "+
		"\"at least\" was not measured but follows from the number of requests.\n\n",
		time.Now().UTC().Format(time.DateOnly), strings.SplitN(string(version), "\n", 2)[0], runtime.Version(), runtime.NumCPU())
	o.text.WriteString("| resources | command | requests | wall | CPU | CPU × `terraform_data` | CPU × trivial provider | the provider's peak | " +
		"wall at 100 requests a minute |\n| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
}

func (o *table) rows(name string, n int, costs, limited map[string]cost, least floor) {
	for _, command := range slices.Concat([]command{importCommand("")}, commands) {
		c, measured := costs[command.name]
		if !measured {
			continue
		}
		fmt.Fprintf(&o.text, "| %d × %s | %s | %d | %s | %s | %s | %s | %d MiB | %s |\n", n, name, command.name, c.requests, seconds(c.wall),
			seconds(c.cpu), ratio(c, least.commands, command.name), ratio(c, least.trivial, command.name), c.providerPeak,
			underLimit(c, limited, command.name))
	}
}

// ratio is the CPU time beside that of the same command with other resources, "" if that was not measured.
func ratio(c cost, others map[string]cost, command string) string {
	other, ok := others[command]
	if !ok {
		return ""
	}
	return fmt.Sprintf("%.2f", c.cpu.Seconds()/other.cpu.Seconds())
}

// pairs adds the comparison of plans without changes that have taken turns.
func (o *table) pairs(all []contender) {
	o.text.WriteString("\n| plan without changes, medians of plans that take turns | CPU | × trivial provider | the provider's peak |\n| --- | ---: | ---: | ---: |\n")
	for i := range all {
		c := &all[i]
		fmt.Fprintf(&o.text, "| %d × %s | %s | %.2f | %d MiB |\n", *pairCount, c.name, seconds(c.cpu()), c.cpu().Seconds()/all[0].cpu().Seconds(), c.peak())
	}
	o.text.WriteString("\n")
}

// underLimit is what was measured, or else the least that the number of requests allows.
func underLimit(c cost, limited map[string]cost, command string) string {
	if c.requests == 0 {
		return ""
	}
	if limited != nil {
		return seconds(limited[command].wall)
	}
	least := time.Duration(max(c.requests-requestsPerMinute, 0)) * time.Minute / requestsPerMinute
	return "at least " + (c.wall + least).Round(time.Second).String()
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

// save writes what there is so far: a run of hours may be ended early.
func (o *table) save(t *testing.T) {
	t.Helper()
	if *tablePath == "" {
		t.Log("\n" + o.text.String())
		return
	}
	if err := os.WriteFile(*tablePath, []byte(o.text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

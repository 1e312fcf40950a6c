//go:build bench

package bench

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	tablePath = flag.String("table", "", "the file for the table in Markdown; without it the table is only logged")
	sizes     = flag.String("sizes", "1,100,1000,5000", "how many resources, comma-separated")
)

// TestTable runs the real command line for each kind and number of resources, beside terraform_data of the same number.
func TestTable(t *testing.T) {
	var out table
	out.begin(t)
	baselines := map[int]map[string]cost{}
	for _, n := range append(numbers(t, *sizes), 1) {
		if baselines[n] != nil {
			continue
		}
		t.Run(fmt.Sprintf("%d terraform_data", n), func(t *testing.T) {
			baselines[n] = measure(t, baseline(n), 0)
			out.baseline(n, baselines[n])
		})
	}
	for _, w := range workloads {
		for _, n := range numbers(t, *sizes) {
			if w.maxCount > 0 && n > w.maxCount {
				continue
			}
			t.Run(fmt.Sprintf("%d %s", n, w.name), func(t *testing.T) {
				out.rows(w.name, n, measure(t, w.prepare(t, n), 0), rateLimited(t, w, n), baselines[n])
				out.save(t)
			})
		}
	}
	for _, file := range uploads {
		t.Run("an upload of "+file.words, func(t *testing.T) {
			costs, _ := measureUpload(t, file.size)
			out.rows("`octomil_model_version` of "+file.words, 1, costs, nil, baselines[1])
			out.save(t)
		})
	}
	for _, form := range []struct{ words, text string }{{"", asList}, {" in a map", asMap}} {
		for _, devices := range []int{10_000, 100_000} {
			name := fmt.Sprintf("a group of %d members%s", devices, form.words)
			t.Run(name, func(t *testing.T) {
				out.rows(name, 1, measure(t, oneGroup(t, devices, form.text), 0), nil, baselines[1])
				out.save(t)
			})
		}
	}
}

// rateLimited measures a workload under the API's limit of requests, unless its creation alone would have to wait too long.
func rateLimited(t *testing.T, w workload, n int) map[string]cost {
	t.Helper()
	if float64(n*w.writes-requestsPerMinute) > longestWait.Minutes()*requestsPerMinute {
		return nil
	}
	return measure(t, w.prepare(t, n), requestsPerMinute)
}

// table is the report in Markdown.
type table struct{ text strings.Builder }

func (o *table) begin(t *testing.T) {
	t.Helper()
	path := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if path == "" {
		path = "terraform"
	}
	version, err := exec.CommandContext(t.Context(), path, "version").Output()
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&o.text, "Measured on %s with %s, %s, %d processors, against the sandbox on the same machine. The peak is "+
		"that of the largest process. A time that begins with \"at least\" was not measured but follows from the number of requests.\n\n",
		time.Now().UTC().Format(time.DateOnly), strings.SplitN(string(version), "\n", 2)[0], runtime.Version(), runtime.NumCPU())
	o.text.WriteString("| resources | command | requests | wall | × `terraform_data` | user CPU | peak memory | wall at 100 requests a minute |\n" +
		"| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n")
}

func (o *table) baseline(n int, costs map[string]cost) {
	for _, command := range commands {
		c := costs[command.name]
		fmt.Fprintf(&o.text, "| %d × `terraform_data` | %s | 0 | %s | 1.0 | %s | %d MiB | |\n", n, command.name, seconds(c.wall), seconds(c.cpu), c.peak)
	}
}

func (o *table) rows(name string, n int, costs, limited map[string]cost, baseline map[string]cost) {
	for _, command := range slices.Concat([]command{importCommand("")}, commands) {
		c, measured := costs[command.name]
		if !measured {
			continue
		}
		ratio := ""
		if f, ok := baseline[command.name]; ok {
			ratio = fmt.Sprintf("%.1f", c.wall.Seconds()/f.wall.Seconds())
		}
		fmt.Fprintf(&o.text, "| %d × %s | %s | %d | %s | %s | %s | %d MiB | %s |\n", n, name, command.name, c.requests, seconds(c.wall),
			ratio, seconds(c.cpu), c.peak, underLimit(c, limited, command.name))
	}
}

// underLimit is what was measured, or else the least that the number of requests allows.
func underLimit(c cost, limited map[string]cost, command string) string {
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

package fleetpage

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

const rollouts = "/api/v1/models/phi-4-mini/rollouts"

// expect waits until the page shows what the devices run: the table in numbers, the squares in colors.
func (p *tab) expect(versions map[string]int) {
	p.t.Helper()
	if diff := cmp.Diff(versions, p.Fleet("phi-4-mini").Versions); diff != "" {
		p.t.Fatalf("what the devices run (-want +got):\n%s", diff)
	}
	for version, devices := range versions {
		p.await(fmt.Sprintf("%s on %d devices", version, devices), fmt.Sprintf(
			`[...document.querySelectorAll("#versions tbody tr")].some((r) => r.cells[0].textContent === %q && r.cells[1].textContent === "%d")`, version, devices))
	}
	if diff := cmp.Diff(versions, p.versionsInColor()); diff != "" {
		p.t.Errorf("the colors of the squares (-want +got):\n%s", diff)
	}
	for _, row := range p.legend() {
		if want := strconv.Itoa(versions[row.Version]); row.Devices != want {
			p.t.Errorf("the table has %s devices with %s; want %s", row.Devices, row.Version, want)
		}
	}
}

// choose makes a choice as a reader does.
func (p *tab) choose(id, value string) {
	p.t.Helper()
	p.run(chromedp.SetValue("#"+id, value))
	evaluate[any](p, fmt.Sprintf(`element(%q).dispatchEvent(new Event("change"))`, id))
}

// The squares change their color with a deployment and back with the rollback.
func TestCellsFollowARollback(t *testing.T) {
	t.Parallel()
	p := open(t, nil)
	before := p.cells()
	p.expect(map[string]int{"1.0.0": 124})
	p.do("POST", rollouts, map[string]any{"version": "2.0.0", "rollout_percentage": 100, "target_percentage": 100, "start_immediately": true})
	p.elapse(syncInterval / 2)
	half := maps.Clone(p.Fleet("phi-4-mini").Versions)
	if half["2.0.0"] < 40 || half["1.0.0"] < 40 {
		t.Fatalf("after half an interval the devices run %v", half)
	}
	p.expect(half)
	p.elapse(syncInterval)
	p.expect(map[string]int{"2.0.0": 124})
	if p.cells()[7] == before[7] {
		t.Errorf("a square keeps its color %s with another version", before[7])
	}
	p.SetHealth("phi-4-mini", "2.0.0", sandbox.Health{ErrorPercent: 12.5})
	p.await("the error rate", `document.getElementById("versions").textContent.includes("12.5%")`)

	p.do("POST", "/api/v1/models/phi-4-mini/rollback", map[string]any{"to_version": "1.0.0", "reason": "too many errors"})
	p.elapse(2 * syncInterval)
	p.expect(map[string]int{"1.0.0": 124})
	if diff := cmp.Diff(before, p.cells()); diff != "" {
		t.Errorf("the squares after the rollback (-before +after):\n%s", diff)
	}
	p.await("the summary", `document.getElementById("summary").textContent.replace(/[\u2068\u2069]/g, "") === "phi-4-mini: 124 devices, 1.0.0 on 124 (100%)."`)
	if shown := evaluate[string](p, `document.querySelector("#rollouts tbody tr").innerText`); !strings.Contains(shown, "1.0.0 (rollback)\tcompleted\t100%\ttoo many errors") {
		t.Errorf("the newest rollout is shown as %q", shown)
	}
	if shown := evaluate[string](p, `document.querySelector("#requests tbody tr").innerText`); !strings.Contains(shown, "POST\tmodels/phi-4-mini/rollback\t200\treq_") {
		t.Errorf("the newest request is shown as %q", shown)
	}
}

// Names are shown as they are, and nothing in them runs.
func TestHostileNamesAreText(t *testing.T) {
	t.Parallel()
	const (
		image  = `<img src=x onerror="alert(1)">`
		script = `</option></script><script>alert(1)</script>`
		tags   = `<svg/onload=alert(1)>"'&lt;${alert(1)}`
	)
	p := open(t, func(p *tab) {
		p.do("POST", "/api/v1/models", map[string]any{"name": image, "framework": "pytorch", "use_case": "other"})
		for _, version := range []string{"1.0.0" + image, "2.0.0" + script} {
			p.do("POST", "/api/v1/models/mdl_00000002/versions", map[string]any{
				"version": version, "storage_path": "s", "format": "onnx", "checksum": "c", "size_bytes": 1,
			})
		}
		p.do("POST", "/api/v1/models/mdl_00000002/rollouts", map[string]any{
			"version": "1.0.0" + image, "rollout_percentage": 100, "target_percentage": 100, "start_immediately": true,
		})
		p.do("POST", "/api/v1/device-groups", map[string]any{"name": script, "group_type": "static"})
		p.elapse(2 * syncInterval)
		p.do("POST", "/api/v1/models/mdl_00000002/rollouts", map[string]any{
			"version": "2.0.0" + script, "rollout_percentage": 100, "target_percentage": 100, "start_immediately": true,
		})
		p.elapse(2 * syncInterval)
		p.do("POST", "/api/v1/models/mdl_00000002/rollback", map[string]any{"to_version": "1.0.0" + image, "reason": tags})
		p.elapse(2 * syncInterval)
		p.do("POST", "/api/v1/devices/register", map[string]any{"device_identifier": tags})
	})
	p.choose("model", "mdl_00000002")
	p.await("the model", `document.getElementById("versions").textContent.includes("1.0.0<img")`)
	evaluate[any](p, `slider.value = state.devices.length; selectDevice()`)
	shown := evaluate[string](p, `document.documentElement.textContent.replace(/[\u2068\u2069]/g, "")`)
	for place, text := range map[string]string{
		"the model": image, "a version": "1.0.0" + image, "another version": "2.0.0" + script, "the group": script, "the device": tags + ": ", "the reason": tags,
	} {
		if !strings.Contains(shown, text) {
			t.Errorf("%s is not shown as %s in\n%s", place, text, shown)
		}
	}
	if made := evaluate[int](p, `document.querySelectorAll("img, svg, body script, script:not([src])").length`); made != 0 {
		t.Errorf("%d elements were made from names", made)
	}
}

// The browser keeps the policy: even a mistake in the script could neither run a text, nor send one elsewhere.
func TestThePolicyHolds(t *testing.T) {
	t.Parallel()
	p := open(t, nil)
	for name, attempt := range map[string]string{
		"HTML of a text":   `document.body.innerHTML = "<b>x</b>"; return true`,
		"code of a text":   `return eval("1") === 1`,
		"another site":     `await fetch("https://example.com/"); return true`,
		"an inline style":  `document.body.setAttribute("style", "color: red"); return document.body.style.color !== ""`,
		"an inline script": `const s = document.createElement("script"); s.textContent = "window.ran = true"; document.body.append(s); return window.ran`,
	} {
		code := fmt.Sprintf(`(async () => { try { return (await (async () => { %s })()) ? "allowed" : "refused"; } catch (e) { return "refused"; } })()`, attempt)
		if result := evaluate[string](p, code); result != "refused" {
			t.Errorf("%s is %s", name, result)
		}
	}
	if seen := p.takeProblems(); !strings.Contains(seen, "ContentSecurityPolicyIssue") || !strings.Contains(seen, "a request to https://example.com/") && !strings.Contains(seen, "connect-src") {
		t.Errorf("the test would not notice a violation: it has only seen\n%s", seen)
	}
}

// Devices that are switched off are hollow, and a group shows its members.
func TestChoices(t *testing.T) {
	t.Parallel()
	p := open(t, nil, func(o *sandbox.Options) { o.SeedModels = 1 })
	p.SetOffline(25)
	p.await("the devices that are switched off", `state.fleet.off.length === 31`)
	hollow := 0
	for _, c := range p.cells() {
		if c.Rim != c.Center {
			hollow++
		}
	}
	if hollow != 31 {
		t.Errorf("%d squares are hollow; want 31", hollow)
	}
	p.choose("group", "grp_00000001")
	p.await("the members of the group", `state.fleet.cells.length === 24`)
	if n := len(p.cells()); n != 24 {
		t.Errorf("the group has %d squares; want 24", n)
	}
	p.choose("model", "mdl_00000002")
	p.await("the other model", `document.querySelector("#versions tbody").innerText.includes("no version\t24\t100%")`)
	p.run(chromedp.Reload())
	p.await("the same choice after a reload", `state.choice.model === "mdl_00000002" && state.choice.group === "grp_00000001"`)
	p.do("DELETE", "/api/v1/models/mdl_00000002?force=true", nil)
	p.await("the first model, when the chosen one is deleted", `state.choice.model === "mdl_00000001" && element("model").parentElement.hidden`)
}

// A large fleet is drawn without a pause that one notices, and shows the same numbers.
func TestLargeFleet(t *testing.T) {
	t.Parallel()
	p := open(t, nil, func(o *sandbox.Options) { o.Devices = 10_000 })
	p.expect(map[string]int{"1.0.0": 10_000})
	p.do("POST", rollouts, map[string]any{"version": "2.0.0", "rollout_percentage": 25, "target_percentage": 100, "start_immediately": true})
	p.elapse(2 * syncInterval)
	p.expect(map[string]int{"1.0.0": 7_500, "2.0.0": 2_500})
	took := evaluate[float64](p, `(() => { const begun = performance.now(); for (let i = 0; i < 5; i++) { apply(structuredClone(state)); drawDevices(); } return (performance.now() - begun) / 5; })()`)
	t.Logf("10000 devices are shown in %.1f ms", took)
	if took > 200 { // the time between two events
		t.Errorf("10000 devices are shown in %.0f ms", took)
	}
}

// Colors have a contrast of 3:1, texts of 4.5:1, in light and dark; motion that is not wanted is left out.
func TestContrastAndMotion(t *testing.T) {
	t.Parallel()
	p := open(t, nil)
	backgrounds := map[string]bool{}
	for _, scheme := range []string{"light", "dark"} {
		motion := map[string]string{"light": "reduce", "dark": "no-preference"}[scheme]
		call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: motion},
		}})
		ratios := evaluate[map[string]float64](p, `(() => {
			const style = getComputedStyle(document.documentElement);
			const luminance = (name) => {
				const channels = style.getPropertyValue(name).trim().match(/[0-9a-f]{2}/g).map((hex) => parseInt(hex, 16) / 255);
				const [r, g, b] = channels.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
				return 0.2126 * r + 0.7152 * g + 0.0722 * b;
			};
			const names = ["--text", "--muted", "--line", "--none", ...Array.from({ length: paletteSize }, (_, i) => "--version-" + i)];
			return Object.fromEntries(names.map((name) => {
				const [dark, light] = [luminance(name), luminance("--background")].sort((a, b) => a - b);
				return [name, (light + 0.05) / (dark + 0.05)];
			}));
		})()`)
		for name, ratio := range ratios {
			want := 3.0
			if name == "--text" || name == "--muted" {
				want = 4.5
			}
			if ratio < want {
				t.Errorf("%s: %s has a contrast of %.2f; want %.1f", scheme, name, ratio, want)
			}
		}
		backgrounds[evaluate[string](p, `getComputedStyle(document.body).backgroundColor`)] = true
		p.expect(map[string]int{"1.0.0": 124})
		still := evaluate[string](p, `getComputedStyle(document.querySelector(".bar > span")).transitionDuration`) == "0s"
		if still != (scheme == "light") {
			t.Errorf("without motion: %v, in %s", still, scheme)
		}
	}
	if len(backgrounds) != 2 {
		t.Errorf("the backgrounds are %v", backgrounds)
	}
}

// Each device can be reached with the keyboard, and everything has a name for a screen reader.
func TestKeyboardAndScreenReader(t *testing.T) {
	t.Parallel()
	p := open(t, nil)
	reached := false
	for range 5 {
		p.run(chromedp.KeyEvent(kb.Tab))
		if reached = evaluate[string](p, `document.activeElement.id`) == "device"; reached {
			break
		}
	}
	if !reached {
		t.Fatal("Tab does not lead to the devices")
	}
	p.run(chromedp.KeyEvent(kb.ArrowRight))
	const want = "phone-000002: 1.0.0"
	for _, read := range []string{`element("device-text").textContent`, `element("device").getAttribute("aria-valuetext")`} {
		if got := evaluate[string](p, read+`.replace(/[\u2068\u2069]/g, "")`); got != want {
			t.Errorf("%s is %q; want %q", read, got, want)
		}
	}
	for what, expression := range map[string]string{
		"a name of the canvas":    `document.getElementById(element("cells").getAttribute("aria-labelledby")).textContent === "Devices"`,
		"a live summary":          `element("summary").getAttribute("aria-live") === "polite" && element("summary").textContent !== ""`,
		"a caption of each table": `[...document.querySelectorAll("table")].every((t) => t.caption.textContent !== "")`,
		"a scope of each heading": `[...document.querySelectorAll("th")].every((h) => h.scope !== "")`,
		"a label of each control": `[...document.querySelectorAll("select, input")].every((c) => c.labels.length === 1)`,
		"a language":              `document.documentElement.lang === "en"`,
	} {
		if !evaluate[bool](p, expression) {
			t.Errorf("the page lacks %s", what)
		}
	}
}

// The page says that the connection is lost, and finds the sandbox again.
func TestReconnect(t *testing.T) {
	t.Parallel()
	p := open(t, nil)
	evaluate[any](p, `window.seen = []; new MutationObserver(() => seen.push(element("connection").textContent)).observe(element("connection"), { childList: true, characterData: true, subtree: true })`)
	p.web.CloseClientConnections()
	p.await("another connection", `seen.length >= 2`)
	if seen := evaluate[[]string](p, `seen`); !cmp.Equal(seen, []string{"Not connected. Trying again …", "Live"}) {
		t.Errorf("the page has shown %q", seen)
	}
	p.takeProblems() // the browser logs that the connection was cut
}

package fleetpage

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
)

// do sends a request to the control API, as a client other than the page would.
func (p *tab) do(method, path string, body any) map[string]any {
	p.t.Helper()
	encoded, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, bytes.NewReader(encoded))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer sandbox")
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode > 299 {
		p.t.Fatalf("%s %s: %s %v: %s", method, path, response.Status, err, answer)
	}
	var object map[string]any
	_ = json.Unmarshal(answer, &object) // bare arrays are of no use here
	return object
}

// cell is one square of the canvas: the colors of its rim and of its center, as #rrggbb.
type cell struct{ Rim, Center string }

// cells reads the pixels of the canvas, as the page has drawn them.
func (p *tab) cells() []cell {
	p.t.Helper()
	return evaluate[[]cell](p, `(async () => {
		for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame); // the page draws before the second one
		const canvas = document.getElementById("cells"), scale = devicePixelRatio;
		const [columns, pitch, gap] = ["columns", "pitch", "gap"].map((name) => Number(canvas.dataset[name]));
		const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
		copy.drawImage(canvas, 0, 0);
		const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
		const color = (x, y) => {
			const at = 4 * (Math.floor(y * scale) * canvas.width + Math.floor(x * scale));
			return "#" + [...data.slice(at, at + 3)].map((n) => n.toString(16).padStart(2, "0")).join("");
		};
		return state.fleet.cells.map((_, i) => {
			const x = gap + (i % columns) * pitch, y = gap + Math.floor(i / columns) * pitch;
			return { Rim: color(x + 0.5, y + 0.5), Center: color(x + (pitch - gap) / 2, y + (pitch - gap) / 2) };
		});
	})()`)
}

// legendRow is a row of the table of versions.
type legendRow struct{ Version, Color, Devices, Percentage, Errors string }

func (p *tab) legend() []legendRow {
	p.t.Helper()
	return evaluate[[]legendRow](p, `[...document.querySelectorAll("#versions tbody tr")].map((row) => {
		const text = [...row.cells].map((c) => c.textContent);
		const color = getComputedStyle(row.querySelector(".swatch")).backgroundColor;
		return {
			Version: text[0], Devices: text[1], Percentage: text[2], Errors: text[3],
			Color: "#" + color.match(/\d+/g).map((n) => Number(n).toString(16).padStart(2, "0")).join(""),
		};
	})`)
}

// versionsInColor counts the squares by the version whose color they have in the table.
func (p *tab) versionsInColor() map[string]int {
	p.t.Helper()
	versionOf := map[string]string{}
	for _, row := range p.legend() {
		if other, taken := versionOf[row.Color]; taken {
			p.t.Errorf("%s and %s have the same color %s", other, row.Version, row.Color)
		}
		versionOf[row.Color] = row.Version
	}
	counts := map[string]int{}
	for i, c := range p.cells() {
		version, known := versionOf[c.Rim]
		if !known {
			p.t.Fatalf("square %d has the color %s, which is none of %v", i+1, c.Rim, versionOf)
		}
		counts[version]++
	}
	return counts
}

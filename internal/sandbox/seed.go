package sandbox

import (
	"fmt"
	"io"
	"time"
)

// The seed is what a sandbox starts with unless Options.Empty is set.
const (
	seedModel   = "phi-4-mini"
	seedGroup   = "staging"
	seedMembers = 24
)

// seed creates a model with two versions that were rolled out one after the other and a third that was published later, the
// devices, which run the second version, and a static group.
func (w *world) seed(devices int) {
	now, log := w.clock, w.log
	w.log = io.Discard
	ago := func(days int) { w.clock = now.AddDate(0, 0, -days) }

	ago(90)
	w.addSimulated(devices)
	m := &model{
		name: seedModel, framework: "pytorch", useCase: "text_generation", description: "A small language model for devices",
	}
	w.mustSeed(w.createModel(m))
	for i, name := range []string{"0.9.0", "1.0.0", "2.0.0"} {
		ago(60 - 20*i)
		w.mustSeed(nil, w.createVersion(m, seedVersion(m, name, i)))
	}
	for i, name := range []string{"0.9.0", "1.0.0"} {
		ago(50 - 20*i)
		w.seedRollout(m, name)
	}
	ago(30)
	g := &group{name: seedGroup, mode: static}
	w.mustSeed(w.createGroup(g))
	for _, d := range w.devices[:min(seedMembers, devices)] {
		g.added[d] = true
	}
	w.clock, w.log = now, log
	m.fleetChanged = false
	m.loggedVersions = w.fleet(m, everyDevice).Versions
}

// seedExtra adds models and device groups for measurements.
func (w *world) seedExtra(models, groups int) {
	for i := range models {
		m := &model{name: fmt.Sprintf("model-%06d", i+1), framework: "onnx", useCase: "other"}
		w.mustSeed(w.createModel(m))
		w.mustSeed(nil, w.createVersion(m, seedVersion(m, "1.0.0", 0)))
	}
	for i := range groups {
		w.mustSeed(w.createGroup(&group{name: fmt.Sprintf("group-%06d", i+1), mode: static}))
	}
}

// mustSeed panics if the seed breaks a rule, which is a mistake in this file.
func (w *world) mustSeed(_ any, err error) {
	if err != nil {
		panic("sandbox: the seed breaks a rule: " + err.Error())
	}
}

func seedVersion(m *model, name string, i int) *version {
	return &version{
		version: name, status: published, format: "onnx", sizeBytes: int64(180+10*i) << 20,
		storagePath: fmt.Sprintf("models/%s/%s/model.onnx", m.name, name),
		checksum:    fmt.Sprintf("sha256:%016x%016x", hash(m.name, name), hash(name, m.name)),
		description: "Release " + name,
	}
}

// seedRollout rolls a version out to the whole fleet, with the records that a real rollout leaves.
func (w *world) seedRollout(m *model, name string) {
	r, err := w.createRollout(m, rolloutRequest{version: name, percentage: 100, target: 100, step: 100, start: true})
	w.mustSeed(r, err)
	w.clock = w.clock.Add(time.Minute)
	for s := range m.pending {
		m.install(s)
	}
	w.completeRollouts(m)
}

// addSimulated adds devices of several kinds. The same number always adds the same devices.
func (w *world) addSimulated(n int) {
	for i := range n {
		kind := simulatedKinds[i%len(simulatedKinds)]
		d := w.registerDevice(fmt.Sprintf("%s-%06d", kind.prefix, i+1), kind.facts(i))
		d.simulated = true
		w.simulated++
	}
	for i, bucket := range evenBuckets(w.devices[:w.simulated], "offline") {
		w.devices[i].offlineBucket = bucket
	}
}

// simulatedKind is a kind of simulated device.
type simulatedKind struct {
	prefix, platform, osVersion, manufacturer, model string
	memoryMB                                         float64
	gpu, npu                                         bool
}

var simulatedKinds = []simulatedKind{
	{"phone", "ios", "18.1", "Apple", "iPhone16,1", 8192, true, true},
	{"phone", "android", "15", "Google", "Pixel 9", 12288, true, true},
	{"phone", "android", "13", "Samsung", "Galaxy A54", 6144, true, false},
	{"edge", "linux", "6.8", "NVIDIA", "Jetson Orin Nano", 8192, true, false},
	{"laptop", "macos", "15.2", "Apple", "MacBook Air M3", 16384, true, true},
	{"box", "linux", "5.15", "Raspberry Pi", "Raspberry Pi 5", 4096, false, false},
}

func (k simulatedKind) facts(i int) facts {
	locales, regions := []string{"en_US", "de_DE", "en_GB"}, []string{"us", "eu", "uk"}
	sdk, app, architecture, zone := "4.17.6", "1.2.0", "arm64", "UTC"
	return facts{
		Platform: &k.platform, OSVersion: &k.osVersion, SDKVersion: &sdk, AppVersion: &app,
		Manufacturer: &k.manufacturer, Model: &k.model, CPUArchitecture: &architecture,
		GPUAvailable: &k.gpu, NPUAvailable: &k.npu, TotalMemoryMB: &k.memoryMB,
		Locale: &locales[i%len(locales)], Region: &regions[i%len(regions)], Timezone: &zone,
	}
}

package sandbox

import (
	"cmp"
	"fmt"
)

func (a *api) checkCompatibility(c *call) (any, error) {
	var body struct {
		ModelID   string   `json:"model_id"`
		ModelName string   `json:"model_name"`
		Devices   []string `json:"devices"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	m, err := a.world.model(cmp.Or(body.ModelID, body.ModelName))
	if err != nil {
		return nil, err
	}
	v, err := m.latest()
	if err != nil {
		return nil, err
	}
	all := true
	reports := []map[string]any{}
	for _, id := range body.Devices {
		d, err := a.world.device(id)
		if err != nil {
			return nil, err
		}
		class, issues := d.compatibilityIssues(v)
		all = all && len(issues) == 0
		reports = append(reports, map[string]any{
			"device_id": d.id, "device_class": class.name, "compatible": len(issues) == 0,
			"format": v.format, "executor": "cpu", "quantization": "none", "issues": issues,
		})
	}
	return map[string]any{
		"model_id": m.id, "model_name": m.name, "model_version": v.version, "model_size_bytes": v.sizeBytes,
		"all_compatible": all, "devices": reports,
	}, nil
}

// deviceClass is the largest model that devices with a minimum of memory can run.
type deviceClass struct {
	name                     string
	minMemoryMB, maxModelMiB float64
}

var deviceClasses = []deviceClass{
	{"flagship", 8192, 2048}, {"high", 6144, 1024}, {"mid", 4096, 500}, {"low", 0, 200},
}

// compatibilityIssues returns the class of a device and why it cannot run a version.
func (d *device) compatibilityIssues(v *version) (deviceClass, []map[string]string) {
	class := deviceClasses[len(deviceClasses)-1]
	for _, candidate := range deviceClasses {
		if valueOr(d.facts.TotalMemoryMB, 0) >= candidate.minMemoryMB {
			class = candidate
			break
		}
	}
	issues := []map[string]string{}
	if size := float64(v.sizeBytes) / (1 << 20); size > class.maxModelMiB {
		issues = append(issues, map[string]string{
			"severity": "error",
			"message": fmt.Sprintf("the model has %s MiB; devices of class %s support at most %s MiB",
				formatNumber(size), class.name, formatNumber(class.maxModelMiB)),
			"suggestion": "optimize the model for this device class",
		})
	}
	return class, issues
}

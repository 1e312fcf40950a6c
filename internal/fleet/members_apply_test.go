package fleet

import (
	"net/http"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func TestAttributeNamesTheDevice(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status  int
		message string
		want    string
	}{
		"the longest name":        {http.StatusNotFound, "no device dev_12", "device_ids[1]"},
		"the shorter name":        {http.StatusUnprocessableEntity, "no device dev_1", "device_ids[0]"},
		"no name":                 {http.StatusBadRequest, "some device is not known", "device_ids"},
		"a group that takes none": {http.StatusConflict, "the group is dynamic", "group_id"},
		"a missing scope":         {http.StatusForbidden, "devices:write is needed for dev_1", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			devices := deviceList{refs: []string{"dev_1", "dev_12"}}
			if got := devices.attributeFor(&control.APIError{StatusCode: test.status, Message: test.message}).String(); got != test.want {
				t.Errorf("attribute is %q, want %q", got, test.want)
			}
		})
	}
}

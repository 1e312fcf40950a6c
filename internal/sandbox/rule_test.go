package sandbox

import (
	"strings"
	"testing"
)

// CONTRACT.md 5.4, 5.28, 5.29, 5.41, 5.42, 5.43, 5.44, 5.45, 5.46
func TestRules(t *testing.T) {
	t.Parallel()
	h := newHarness(t, withDevices(6)) // one of each kind
	for _, c := range []struct {
		rules   string
		members string
	}{
		{`[{"field":"platform","operator":"eq","value":"android"}]`, "2 3"},
		{`[{"field":"platform","operator":"neq","value":"android"}]`, "1 4 5 6"},
		{`[{"field":"platform","operator":"in","value":"ios, macos"}]`, "1 5"},
		{`[{"field":"platform","operator":"in","value":["ios","linux"]}]`, "1 4 6"},
		{`[{"field":"platform","operator":"eq","value":"android"},{"field":"os_version","operator":"gte","value":"14"}]`, "2"},
		{`[{"field":"os_version","operator":"lt","value":"6.10"}]`, "4 6"},
		{`[{"field":"os_version","operator":"gt","value":"6.8"}]`, "1 2 3 5"},
		{`[{"field":"sdk_version","operator":"lte","value":"4.17.6"}]`, "1 2 3 4 5 6"},
		{`[{"field":"ram_gb","operator":"gte","value":12}]`, "2 5"},
		{`[{"field":"ram_gb","operator":"lt","value":"6"}]`, "6"},
		{`[{"field":"gpu_available","operator":"eq","value":false}]`, "6"},
		{`[{"field":"npu_available","operator":"eq","value":"true"}]`, "1 2 5"},
		{`[{"field":"manufacturer","operator":"eq","value":"Apple"},{"field":"region","operator":"eq","value":"us"}]`, "1"},
		{`[]`, ""},
	} {
		g := h.createGroup(object{"name": c.rules, "group_type": "dynamic"})
		h.do(200, "PUT", g, `{"rules":`+c.rules+`}`)
		var got []string
		for _, d := range h.do(200, "GET", g+"/devices", nil).object["devices"].([]any) {
			identifier := d.(object)["device_identifier"].(string)
			got = append(got, strings.TrimLeft(identifier[strings.Index(identifier, "-")+1:], "0"))
		}
		if members := strings.Join(got, " "); members != c.members {
			t.Errorf("%s: got the devices %s, want %s", c.rules, members, c.members)
		}
	}
	for _, rules := range []string{
		`[{"field":"color","operator":"eq","value":"red"}]`, `[{"field":"ram_gb","operator":"eq","value":"8"}]`,
		`[{"field":"platform","operator":"eq","value":""}]`,
	} {
		h.do(422, "POST", groupsPath, `{"name":"x","group_type":"dynamic","rules":`+rules+`}`)
	}
}

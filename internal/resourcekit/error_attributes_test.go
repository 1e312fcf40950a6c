package resourcekit

import (
	"context"
	"errors"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func TestErrorAttributes(t *testing.T) {
	t.Parallel()
	attributes := ErrorAttributes{
		Fields: map[string]path.Path{"device_count": path.Root("devices")}, Conflict: path.Root("name"), Default: path.Root("version"),
	}
	naming := func(status int, fields ...string) error {
		err := answered(status, "")
		for _, name := range fields {
			err.Fields = append(err.Fields, control.FieldError{Name: name})
		}
		return err
	}
	noRoute := answered(404, "")
	noRoute.NoSuchRoute = true
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"a field":                          {naming(422, "device_count"), "devices"},
		"the first field that is known":    {naming(422, "body", "device_count"), "devices"},
		"a field of a conflict":            {naming(409, "device_count"), "devices"},
		"a field that is not known":        {naming(422, "body"), "version"},
		"a conflict":                       {answered(409, ""), "name"},
		"a conflict with the policy":       {answered(409, "policy_denied"), "version"},
		"a limit of the policy":            {answered(403, "policy_denied"), "version"},
		"a missing scope":                  {answered(403, "forbidden"), ""},
		"a wrong key":                      {answered(401, ""), ""},
		"the limit of the subscription":    {answered(402, ""), ""},
		"a wrong value":                    {answered(400, ""), "version"},
		"an object that does not exist":    {answered(404, ""), "version"},
		"an endpoint that does not exist":  {noRoute, ""},
		"the rate limit":                   {&control.RateLimitError{APIError: answered(429, "")}, ""},
		"a redirect":                       {answered(302, ""), ""},
		"an outage":                        {answered(503, ""), ""},
		"a lost connection":                {&control.TransportError{Err: context.DeadlineExceeded}, ""},
		"a response that is not the API's": {&control.BodyError{Err: errors.New("no JSON")}, ""},
	} {
		if got := attributes.For(tc.err).String(); got != tc.want {
			t.Errorf("%s: the error is on %q; want %q", name, got, tc.want)
		}
	}
	if got := (ErrorAttributes{Default: path.Root("version")}).For(answered(409, "")).String(); got != "version" {
		t.Errorf("without Conflict, a conflict is on %q", got)
	}
	if got := (ErrorAttributes{}).For(answered(409, "")); !got.Equal(path.Empty()) {
		t.Errorf("without any attribute, a conflict is on %q", got)
	}
}

func TestEntityAttributeFor(t *testing.T) {
	t.Parallel()
	e := Entity[struct{}, struct{}]{
		Schema: schema.Schema{Attributes: map[string]schema.Attribute{"name": schema.StringAttribute{}, "model": schema.StringAttribute{}}},
		Fields: map[string]string{"model_id": "model"},
		Unique: "name",
	}
	for field, want := range map[string]string{"name": "name", "model_id": "model", "other": ""} {
		err := answered(422, "")
		err.Fields = []control.FieldError{{Name: field}}
		if got := e.attributeFor(err).String(); got != want {
			t.Errorf("an error of the field %s is on %q; want %q", field, got, want)
		}
	}
	if got := e.attributeFor(answered(409, "")).String(); got != "name" {
		t.Errorf("a conflict is on %q", got)
	}
}

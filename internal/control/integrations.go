package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
)

// Signal is the kind of data that an integration exports.
type Signal string

// The signals (CONTRACT.md, section 7).
const (
	Metrics Signal = "metrics"
	Logs    Signal = "log"
)

// Integration exports the organization's metrics or logs (CONTRACT.md, section 7).
type Integration struct {
	ID, OrgID, Name, Type string
	// Enabled is nil where the server does not say.
	Enabled *bool
	// Config is that of a metrics integration, with numbers as json.Number. The server does not return its secrets.
	Config map[string]any
	// EndpointURL and Format are those of a log integration, "" where the server does not say.
	EndpointURL, Format string
	// CreatedAt is the server's text, "" where it does not say.
	CreatedAt string
}

// UnmarshalJSON fails on an object without an ID.
func (i *Integration) UnmarshalJSON(data []byte) error {
	var wire struct {
		ID          flexText        `json:"id"`
		OrgID       flexText        `json:"org_id"`
		Name        flexText        `json:"name"`
		Type        flexText        `json:"integration_type"`
		Enabled     *bool           `json:"enabled"`
		Config      json.RawMessage `json:"config"`
		EndpointURL flexText        `json:"endpoint_url"`
		Format      flexText        `json:"format"`
		CreatedAt   flexText        `json:"created_at"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	if wire.ID == "" {
		return errors.New("an integration without an ID")
	}
	*i = Integration{
		ID: string(wire.ID), OrgID: string(wire.OrgID), Name: string(wire.Name), Type: string(wire.Type), Enabled: wire.Enabled,
		EndpointURL: string(wire.EndpointURL), Format: string(wire.Format), CreatedAt: string(wire.CreatedAt),
	}
	if len(wire.Config) == 0 {
		return nil
	}
	exact := json.NewDecoder(bytes.NewReader(wire.Config))
	exact.UseNumber()
	if err := exact.Decode(&i.Config); err != nil {
		return fmt.Errorf("config: %w", plainJSON(err))
	}
	return nil
}

// mayBe is true unless the integration certainly exports another signal.
func (i Integration) mayBe(s Signal) bool {
	if s == Metrics {
		return i.EndpointURL == "" || i.Config != nil
	}
	return i.Config == nil || i.EndpointURL != ""
}

// IntegrationSettings is what a create or an update sends of an integration. Fields that are nil or "" are not sent.
type IntegrationSettings struct {
	Name string
	// Type is sent by a create only: it cannot change.
	Type    string
	Enabled *bool
	// Config is the whole configuration of a metrics integration, secrets included: the server replaces all of it.
	Config map[string]any
	// EndpointURL, Format and AuthConfig are those of a log integration. AuthConfig is secret; an empty one removes it.
	EndpointURL, Format string
	AuthConfig          map[string]any
	// Secrets are the texts in Config and AuthConfig that no error may quote.
	Secrets []string
}

func (s IntegrationSettings) body() map[string]any {
	body := map[string]any{}
	for name, text := range map[string]string{
		"name": s.Name, "integration_type": s.Type, "endpoint_url": s.EndpointURL, "format": s.Format,
	} {
		if text != "" {
			body[name] = text
		}
	}
	for name, object := range map[string]map[string]any{"config": s.Config, "auth_config": s.AuthConfig} {
		if object != nil {
			body[name] = object
		}
	}
	if s.Enabled != nil {
		body["enabled"] = *s.Enabled
	}
	return body
}

// wrote is true of an integration that is as these settings have it, as far as the server says. Of the configuration it says too little.
func (s IntegrationSettings) wrote(i Integration) bool {
	same := func(sent, kept string) bool { return sent == "" || kept == "" || SameFoldedText(sent, kept) }
	return same(s.EndpointURL, i.EndpointURL) && same(s.Format, i.Format) && (s.Enabled == nil || i.Enabled == nil || *s.Enabled == *i.Enabled)
}

var integrationKinds = map[Signal]kind[Integration]{
	Metrics: integrationKind(Metrics, "metrics/integrations"),
	Logs:    integrationKind(Logs, "log-streams/integrations"),
}

// integrationAnswers are the keys of an integration of each signal.
var integrationAnswers = map[Signal]answerKeys{
	Metrics: {"id", "org_id", "name", "integration_type", "enabled", "config"},
	Logs:    {"id", "org_id", "name", "integration_type", "enabled", "endpoint_url", "format"},
}

func integrationKind(signal Signal, path string) kind[Integration] {
	return kind[Integration]{
		listing: listing{operation: fmt.Sprintf("list the %s integrations", signal), path: path, key: "integrations"},
		one: func(ctx context.Context, c *Client, id string) (Integration, error) {
			operation := fmt.Sprintf("read the %s integration", signal)
			i, err := get[Integration](ctx, c, operation, join("settings", "integrations", id), c.scoped(nil))
			if err == nil && !i.mayBe(signal) {
				return Integration{}, fmt.Errorf("could not %s: %q is an integration of another type", operation, id)
			}
			return i, err
		},
		id:      func(i Integration) string { return i.ID },
		org:     func(i Integration) string { return i.OrgID },
		answers: integrationAnswers[signal],
		equal: func(single, listed Integration) bool {
			single.CreatedAt, listed.CreatedAt = "", "" // nothing of a resource
			return reflect.DeepEqual(single, listed)
		},
	}
}

// Integrations lists the organization's integrations of a signal.
func (c *Client) Integrations(ctx context.Context, signal Signal) ([]Integration, error) {
	return listAll[Integration](ctx, c, integrationKinds[signal].listing, c.scoped(nil))
}

// Integration reads one integration. It fails on one of another signal.
func (c *Client) Integration(ctx context.Context, signal Signal, id string) (Integration, error) {
	return integrationKinds[signal].read(ctx, c, id)
}

// CreateIntegration creates an integration. Names need not be unique.
func (c *Client) CreateIntegration(ctx context.Context, signal Signal, s IntegrationSettings) (Integration, error) {
	if len(s.AuthConfig) == 0 {
		s.AuthConfig = nil // there is nothing to clear yet
	}
	operation := fmt.Sprintf("create the %s integration", signal)
	n := nonUniqueCreate[Integration]{
		adoption: adoption[Integration]{
			title: fmt.Sprintf("%s integration", signal), id: func(i Integration) string { return i.ID }, label: func(i Integration) string { return i.Name },
			matches: func(i Integration) bool { return SameText(i.Name, s.Name) && (i.Type == "" || i.Type == s.Type) }, equal: s.wrote,
		},
		operation: operation,
		list:      func(ctx context.Context) ([]Integration, error) { return c.Integrations(ctx, signal) },
	}
	n.post = func(ctx context.Context) (Integration, error) {
		var i Integration
		err := c.call(ctx, request{
			operation: operation, method: http.MethodPost, path: integrationKinds[signal].path, query: c.scoped(nil), body: s.body(), secret: true,
		}, &i)
		return i, err
	}
	i, err := n.create(ctx, c)
	return i, withoutSecrets(err, s.Secrets)
}

// UpdateIntegration writes what is set and returns the integration as it is afterwards.
func (c *Client) UpdateIntegration(ctx context.Context, signal Signal, id string, s IntegrationSettings) (Integration, error) {
	s.Type = ""
	i, err := integrationKinds[signal].change(ctx, c, request{
		operation: fmt.Sprintf("update the %s integration", signal), method: http.MethodPatch, path: join("settings", "integrations", id),
		query: c.scoped(nil), body: s.body(), secret: true,
	}, id)
	return i, withoutSecrets(err, s.Secrets)
}

// DeleteIntegration deletes an integration. One that was deleted already is not an error.
func (c *Client) DeleteIntegration(ctx context.Context, signal Signal, id string) error {
	kind := integrationKinds[signal]
	return kind.delete(ctx, c, fmt.Sprintf("delete the %s integration", signal), id)
}

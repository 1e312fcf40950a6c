package sandbox

import "slices"

// integrationBody is the body of a create or an update of an integration.
type integrationBody struct {
	Name        *string         `json:"name"`
	Type        *string         `json:"integration_type"`
	Enabled     *bool           `json:"enabled"`
	Config      *map[string]any `json:"config"`
	EndpointURL *string         `json:"endpoint_url"`
	Format      *string         `json:"format"`
	AuthConfig  *map[string]any `json:"auth_config"`
}

// applyTo applies a body. A missing field keeps its value; the configuration is replaced as a whole.
func (b integrationBody) applyTo(i *integration) {
	i.name, i.kind, i.enabled = valueOr(b.Name, i.name), valueOr(b.Type, i.kind), valueOr(b.Enabled, i.enabled)
	if i.signal == metricsExport {
		if b.Config != nil {
			i.config, i.credentials = splitCredentials(*b.Config)
		}
		return
	}
	i.endpoint, i.format = valueOr(b.EndpointURL, i.endpoint), valueOr(b.Format, i.format)
	i.credentials = valueOr(b.AuthConfig, i.credentials)
}

type integrationView struct {
	ID              string  `json:"id"`
	OrgID           string  `json:"org_id"`
	Name            string  `json:"name"`
	IntegrationType string  `json:"integration_type"`
	Enabled         bool    `json:"enabled"`
	CreatedAt       *string `json:"created_at"`
	UpdatedAt       *string `json:"updated_at"`
}

type metricsView struct {
	integrationView
	Config       map[string]any `json:"config"`
	LastExportAt *string        `json:"last_export_at"`
}

type logView struct {
	integrationView
	EndpointURL string `json:"endpoint_url"`
	Format      string `json:"format"`
}

func (a *api) integrationView(i *integration) any {
	base := integrationView{
		ID: i.id, OrgID: a.world.org, Name: i.name, IntegrationType: i.kind, Enabled: i.enabled,
		CreatedAt: timestamp(i.created), UpdatedAt: timestamp(i.updated),
	}
	if i.signal == metricsExport {
		return metricsView{integrationView: base, Config: i.config}
	}
	return logView{integrationView: base, EndpointURL: i.endpoint, Format: i.format}
}

// findIntegration finds the integration of a call, which must have the given signal.
func (a *api) findIntegration(c *call, of signal) (*integration, error) {
	i, err := a.world.integrations.find(c.pathValue("integration"))
	if err == nil && of != anySignal && i.signal != of {
		return nil, notFound("%s integration %q was not found", of, i.id)
	}
	return i, err
}

func listIntegrations(of signal) handler {
	return func(a *api, _ *call) (any, error) {
		found := filter(slices.All(a.world.integrations.all), func(i *integration) bool { return i.signal == of })
		return a.list("integrations", mapSlice(found, a.integrationView)), nil
	}
}

func createIntegration(of signal) handler {
	ids := map[signal]string{metricsExport: "met", logStream: "log"}
	return func(a *api, c *call) (any, error) {
		var body integrationBody
		if err := c.decode(&body); err != nil {
			return nil, err
		}
		i := &integration{signal: of, enabled: true, config: map[string]any{}, format: "json"}
		body.applyTo(i)
		if err := i.validate(); err != nil {
			return nil, err
		}
		i.id, i.created, i.updated = a.world.nextID(ids[of]), a.world.clock, a.world.clock
		a.world.integrations.add(i.id, i)
		return a.integrationView(i), nil
	}
}

func (a *api) getIntegration(c *call) (any, error) {
	i, err := a.findIntegration(c, anySignal)
	if err != nil {
		return nil, err
	}
	return a.integrationView(i), nil
}

func (a *api) updateIntegration(c *call) (any, error) {
	i, err := a.findIntegration(c, anySignal)
	if err != nil {
		return nil, err
	}
	var body integrationBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	changed := *i
	body.applyTo(&changed)
	if changed.kind != i.kind {
		return nil, invalid("integration_type", "the type of an integration cannot be changed")
	}
	if err := changed.validate(); err != nil {
		return nil, err
	}
	*i = changed
	i.updated = a.world.clock
	return a.integrationView(i), nil
}

func deleteIntegration(of signal) handler {
	return func(a *api, c *call) (any, error) {
		i, err := a.findIntegration(c, of)
		if err != nil {
			return nil, err
		}
		a.world.integrations.remove(i.id)
		return nil, nil
	}
}

// testIntegration reports whether an integration would send anything. The sandbox itself sends nothing.
func testIntegration(of signal) handler {
	return func(a *api, c *call) (any, error) {
		i, err := a.findIntegration(c, of)
		if err != nil {
			return nil, err
		}
		message := "the integration is valid; the sandbox sends nothing"
		if !i.enabled {
			message = "the integration is disabled"
		}
		return map[string]any{"success": i.enabled, "message": message}, nil
	}
}

package resourcekit

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// counted is a server without rollouts that counts its requests.
type counted struct{ requests int }

func (s *counted) RoundTrip(*http.Request) (*http.Response, error) {
	s.requests++
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("[]"))}, nil
}

func TestReaderSharesAndClientDoesNot(t *testing.T) {
	t.Parallel()
	type way func(*Configured, context.Context, *diag.Diagnostics) (context.Context, *control.Client)
	for name, tc := range map[string]struct {
		way        way
		dataSource bool
		// pause lies between two reads, and want is how many requests they take.
		pause time.Duration
		want  int
	}{
		"a refresh of hours":        {(*Configured).Reader, false, 3 * time.Hour, 1},
		"data sources of a plan":    {(*Configured).Reader, true, dataSourceAge, 1},
		"data sources of an apply":  {(*Configured).Reader, true, dataSourceAge + time.Second, 2},
		"what decides about writes": {(*Configured).Client, false, 0, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			server := &counted{}
			client, err := control.New(control.Config{BaseURL: "https://octomil.test/api/v1", Transport: server})
			if err != nil {
				t.Fatal(err)
			}
			var c Configured
			if tc.dataSource {
				c.ConfigureDataSource(datasource.ConfigureRequest{ProviderData: &Provider{Client: client}}, &datasource.ConfigureResponse{})
			} else {
				c.ConfigureResource(resource.ConfigureRequest{ProviderData: &Provider{Client: client}}, &resource.ConfigureResponse{})
			}
			for range 2 {
				ctx, client := tc.way(&c, t.Context(), &diag.Diagnostics{})
				if _, err := client.Rollouts(ctx, "m"); err != nil {
					t.Fatal(err)
				}
				time.Sleep(tc.pause)
			}
			if server.requests != tc.want {
				t.Errorf("%s: %d requests for two reads; want %d", name, server.requests, tc.want)
			}
		})
	}
}

// A wait that was begun where sharing is allowed would see the same answer for ever.
func TestWaitLooksAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &counted{}
		client, err := control.New(control.Config{BaseURL: "https://octomil.test/api/v1", Transport: server})
		if err != nil {
			t.Fatal(err)
		}
		err = Wait(control.WithCache(t.Context(), 0), time.Second, func(ctx context.Context) (bool, error) {
			_, err := client.Rollouts(ctx, "m")
			return server.requests == 3, err
		})
		if err != nil || server.requests != 3 {
			t.Errorf("%d requests, %v", server.requests, err)
		}
	})
}

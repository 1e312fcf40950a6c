package resourcekit

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// A wait that was begun where sharing is allowed would see the same answer for ever.
func TestWaitLooksAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &counted{}
		client, err := control.New(control.Config{BaseURL: "https://octomil.test/api/v1", Transport: server})
		if err != nil {
			t.Fatal(err)
		}
		err = Wait(control.WithSharing(t.Context(), 0), time.Second, func(ctx context.Context) (bool, error) {
			_, err := client.Rollouts(ctx, "m")
			return server.requests == 3, err
		})
		if err != nil || server.requests != 3 {
			t.Errorf("%d requests, %v", server.requests, err)
		}
	})
}

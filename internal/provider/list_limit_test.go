package provider_test

import (
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// The page of every list resource says at how many results a query stops.
func TestListResourcesNameTheLimit(t *testing.T) {
	t.Parallel()
	for name, schema := range acctest.Schemas(t).ListResourceSchemas {
		if text := schema.Block.Description; !strings.Contains(text, "at most 100 results") || !strings.Contains(text, "`limit`") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

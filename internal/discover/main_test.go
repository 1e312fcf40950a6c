package discover_test

import (
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

func TestMain(m *testing.M) { acctest.Main(m) }

package review_test

import (
	"flag"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// update makes the plans in testdata anew with the real command line, and the golden files of what is printed for them.
var update = flag.Bool("update", false, "make the files of testdata anew")

func TestMain(m *testing.M) { acctest.Main(m) }

package control

import (
	"strings"

	goversion "github.com/hashicorp/go-version"
	"golang.org/x/mod/semver"
)

// CompareVersions is -1 where a precedes b, 1 where it follows, else 0: in the order of semantic versions, or of versions with more
// numbers than they have. ok is false where either is not such a version.
func CompareVersions(a, b string) (order int, ok bool) {
	if len(a) > MaxIDLength || len(b) > MaxIDLength {
		return 0, false
	}
	if sa, sb := semantic(a), semantic(b); semver.IsValid(sa) && semver.IsValid(sb) {
		return semver.Compare(sa, sb), true
	}
	va, errA := goversion.NewSemver(a) // also accepts four numbers
	vb, errB := goversion.NewSemver(b)
	if errA != nil || errB != nil {
		return 0, false
	}
	return va.Compare(vb), true
}

// semantic is a version in the spelling that semver accepts. That package orders 1.0.0-alpha before 1.0.0-alpha.beta, as the
// specification does and go-version does not.
func semantic(version string) string { return "v" + strings.TrimPrefix(version, "v") }

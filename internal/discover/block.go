package discover

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"golang.org/x/text/unicode/norm"
)

// maxLabel limits the name of a resource.
const maxLabel = 64

var (
	accents = regexp.MustCompile(`\p{Mn}+`)
	others  = regexp.MustCompile(`[^a-z0-9]+`)
)

// label returns the name of a resource for an object with any name: lower-case ASCII letters, digits and underscores, beginning with a
// letter.
func label(typeName, name string) string {
	noun := strings.TrimPrefix(typeName, "octomil_")
	text := strings.Trim(others.ReplaceAllString(strings.ToLower(accents.ReplaceAllString(norm.NFKD.String(name), "")), "_"), "_")
	switch {
	case text == "":
		text = noun
	case text[0] < 'a':
		text = noun + "_" + text
	}
	if len(text) > maxLabel {
		text = strings.TrimRight(text[:maxLabel], "_")
	}
	return text
}

// address is that of a resource in the root module.
type address struct{ typeName, label string }

// setLabels gives each object a label that is unique within its type, and not that of another resource, and sorts the objects of a type by it.
// Those of the same name are numbered in the order of their IDs, so that the order in which the server lists them does not matter.
func setLabels(objects []found, others map[address]bool) {
	taken := maps.Clone(others)
	if taken == nil {
		taken = map[address]bool{}
	}
	for i, o := range objects {
		objects[i].label = label(o.typeName, o.name)
		taken[address{o.typeName, objects[i].label}] = true
	}
	slices.SortStableFunc(objects, func(a, b found) int {
		return cmp.Or(cmp.Compare(rank(a.typeName), rank(b.typeName)), cmp.Compare(a.label, b.label), cmp.Compare(a.id, b.id))
	})
	var before address
	for i, o := range objects {
		now := address{o.typeName, o.label}
		if now != before && !others[now] {
			before = now
			continue
		}
		before = now
		for n := 2; taken[now]; n++ {
			now.label = fmt.Sprintf("%s_%d", o.label, n)
		}
		taken[now] = true
		objects[i].label = now.label
	}
}

// rank is the position of a type among kinds.
func rank(typeName string) int {
	return slices.IndexFunc(kinds, func(k kind) bool { return k.typeName == typeName })
}

// blocks returns the import blocks of objects.
func blocks(objects []found) []byte {
	file := hclwrite.NewEmptyFile()
	for i, o := range objects {
		if i > 0 {
			file.Body().AppendNewline()
		}
		body := file.Body().AppendNewBlock("import", nil).Body()
		body.SetAttributeTraversal("to", hcl.Traversal{hcl.TraverseRoot{Name: o.typeName}, hcl.TraverseAttr{Name: o.label}})
		body.SetAttributeValue("id", cty.StringVal(o.id))
	}
	return hclwrite.Format(file.Bytes())
}

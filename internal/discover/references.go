package discover

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// reference is an attribute of a resource.
type reference struct{ typeName, label, attribute string }

// tokens are those of the expression.
func (r reference) tokens() hclwrite.Tokens {
	return hclwrite.TokensForTraversal(hcl.Traversal{
		hcl.TraverseRoot{Name: r.typeName}, hcl.TraverseAttr{Name: r.label}, hcl.TraverseAttr{Name: r.attribute},
	})
}

// index has what may be referred to, by type and by value. A value of two resources is nil.
type index map[string]map[string]*reference

func (x index) add(value string, r reference) {
	if value == "" {
		return
	}
	of := x[r.typeName]
	if of == nil {
		of = map[string]*reference{}
		x[r.typeName] = of
	}
	switch other, known := of[value]; {
	case !known:
		of[value] = &r
	case other != nil && other.label != r.label:
		of[value] = nil
	}
}

// rewrite replaces the literals of a file by references, formats it, and returns how many. A file without any stays as it is.
func rewrite(name string, known managed) (int, error) {
	source, err := os.ReadFile(name)
	if err != nil {
		return 0, err
	}
	file, diags := hclwrite.ParseConfig(source, name, hcl.InitialPos)
	if diags.HasErrors() {
		return 0, diags
	}
	values, err := indexOf(filepath.Dir(name), known)
	if err != nil {
		return 0, err
	}
	replaced := 0
	for _, block := range file.Body().Blocks() {
		if block.Type() != "resource" || len(block.Labels()) != 2 {
			continue
		}
		i := rank(block.Labels()[0])
		if i < 0 {
			continue
		}
		for attribute, of := range kinds[i].references {
			replaced += replace(block.Body(), attribute, values[of])
		}
	}
	if replaced == 0 {
		return 0, nil
	}
	return replaced, write(name, file.Bytes())
}

// replace replaces the literals of an attribute that are known, and returns how many.
func replace(body *hclwrite.Body, attribute string, known map[string]*reference) int {
	found := body.GetAttribute(attribute)
	if found == nil {
		return 0
	}
	tokens := found.Expr().BuildTokens(nil)
	if slices.ContainsFunc(tokens, isComputation) {
		return 0
	}
	var after hclwrite.Tokens
	replaced := 0
	for len(tokens) > 0 {
		literal, length := firstLiteral(tokens)
		if r := known[literal]; length > 0 && r != nil {
			reference := r.tokens()
			reference[0].SpacesBefore = tokens[0].SpacesBefore
			after = append(after, reference...)
			replaced++
		} else {
			length = max(1, length)
			after = append(after, tokens[:length]...)
		}
		tokens = tokens[length:]
	}
	if replaced > 0 {
		body.SetAttributeRaw(attribute, after)
	}
	return replaced
}

// isComputation reports whether a token is part of more than a literal, a reference or a list of them.
func isComputation(t *hclwrite.Token) bool {
	switch t.Type {
	case hclsyntax.TokenOQuote, hclsyntax.TokenQuotedLit, hclsyntax.TokenCQuote, hclsyntax.TokenOBrack, hclsyntax.TokenCBrack,
		hclsyntax.TokenComma, hclsyntax.TokenNewline, hclsyntax.TokenComment, hclsyntax.TokenIdent, hclsyntax.TokenDot:
		return false
	default:
		return true
	}
}

// firstLiteral returns the string that the tokens begin with, and of how many tokens it consists: 0 if they begin otherwise, or with a
// template.
func firstLiteral(tokens hclwrite.Tokens) (text string, length int) {
	if tokens[0].Type != hclsyntax.TokenOQuote {
		return "", 0
	}
	end := slices.IndexFunc(tokens[1:], func(t *hclwrite.Token) bool { return t.Type != hclsyntax.TokenQuotedLit }) + 1
	if end == 0 || tokens[end].Type != hclsyntax.TokenCQuote {
		return "", 0
	}
	var source bytes.Buffer
	for _, t := range tokens[:end+1] {
		source.Write(t.Bytes)
	}
	expression, diags := hclsyntax.ParseExpression(source.Bytes(), "", hcl.InitialPos)
	if diags.HasErrors() {
		return "", 0
	}
	return literalOf(expression), end + 1
}

// indexOf reads the import and resource blocks of the configuration in a folder, and adds what states know of its resources. The name of a
// resource goes before its ID, because an object can be imported by its name too.
func indexOf(folder string, state managed) (index, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.tf"))
	if err != nil {
		return nil, err
	}
	var imports, resources []*hclsyntax.Block
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		file, diags := hclsyntax.ParseConfig(source, name, hcl.InitialPos)
		if diags.HasErrors() {
			return nil, diags
		}
		body, ok := file.Body.(*hclsyntax.Body)
		if !ok {
			return nil, fmt.Errorf("%s has no body", name)
		}
		for _, block := range body.Blocks {
			switch block.Type {
			case "import":
				imports = append(imports, block)
			case "resource":
				resources = append(resources, block)
			}
		}
	}
	known, declared := index{}, map[reference]bool{}
	for _, block := range resources {
		if len(block.Labels) != 2 || nameAttributes[block.Labels[0]] == "" || block.Body.Attributes["count"] != nil || block.Body.Attributes["for_each"] != nil {
			continue
		}
		r := reference{block.Labels[0], block.Labels[1], nameAttributes[block.Labels[0]]}
		known.add(attributeOf(block.Body, r.attribute), r)
		declared[reference{r.typeName, r.label, "id"}] = true
	}
	for _, block := range imports {
		if r, id, ok := imported(block.Body); ok && declared[r] {
			known.add(id, r)
		}
	}
	for _, v := range state.values {
		if declared[reference{v.typeName, v.label, "id"}] {
			known.add(v.value, v.reference)
		}
	}
	return known, nil
}

// imported returns the resource of an import block and the ID of its object, of which there is none with other attributes in the identity.
func imported(body *hclsyntax.Body) (r reference, id string, ok bool) {
	to := body.Attributes["to"]
	if to == nil {
		return r, "", false
	}
	address, diags := hcl.AbsTraversalForExpr(to.Expr)
	if diags.HasErrors() || len(address) != 2 {
		return r, "", false
	}
	name, ok := address[1].(hcl.TraverseAttr)
	if !ok {
		return r, "", false
	}
	r = reference{address.RootName(), name.Name, "id"}
	if id = attributeOf(body, "id"); id != "" {
		return r, id, true
	}
	identity := body.Attributes["identity"]
	if identity == nil {
		return r, "", false
	}
	value, diags := identity.Expr.Value(nil)
	if diags.HasErrors() || !value.Type().IsObjectType() || !value.Type().HasAttribute("id") {
		return r, "", false
	}
	id, ok = text(value.GetAttr("id"))
	return r, id, ok
}

// attributeOf returns an attribute that is a literal string, else "".
func attributeOf(body *hclsyntax.Body, name string) string {
	a := body.Attributes[name]
	if a == nil {
		return ""
	}
	return literalOf(a.Expr)
}

// literalOf returns the value of an expression that is a string without any variable, else "".
func literalOf(expression hcl.Expression) string {
	value, diags := expression.Value(nil)
	if diags.HasErrors() {
		return ""
	}
	literal, _ := text(value)
	return literal
}

func text(value cty.Value) (string, bool) {
	if value.IsNull() || !value.IsWhollyKnown() || value.Type() != cty.String {
		return "", false
	}
	return value.AsString(), true
}

// write replaces a file as a whole or not at all.
func write(name string, content []byte) (err error) {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temporary.Name())
		}
	}()
	_, err = temporary.Write(content)
	if err == nil {
		err = temporary.Chmod(info.Mode().Perm())
	}
	if closed := temporary.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(temporary.Name(), name)
}

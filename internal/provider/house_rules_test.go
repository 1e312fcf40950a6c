package provider_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/provider"
)

// The rules of the sentences that users read, in descriptions, errors and warnings, and of the packages.

// plainWords are words that have a plainer one, with what to write instead.
var plainWords = []struct {
	word    *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`(?i)\b(somebody|nobody|anyone|whoever)\b`), "name who it is, or use the passive voice"},
	{regexp.MustCompile(`(?i)\btaken back\b`), "rolled back"},
	{regexp.MustCompile(`(?i)\bat once\b`), "immediately"},
	{regexp.MustCompile(`(?i)\bby hand\b`), "manually"},
	{regexp.MustCompile(`(?i)\bgoes out\b`), "is rolled out"},
	{regexp.MustCompile(`(?i)\bcancelled\b`), "canceled"},
}

var code = regexp.MustCompile("`[^`]*`")

// wordsToAvoid lists the words of a text that have a plainer one. Code between backticks is not prose.
func wordsToAvoid(text string) []string {
	var found []string
	for _, rule := range plainWords {
		if word := rule.word.FindString(code.ReplaceAllString(text, "``")); word != "" {
			found = append(found, fmt.Sprintf("%q: write %s", word, rule.instead))
		}
	}
	return found
}

var lowercaseID = regexp.MustCompile(`\b(id|ids)\b`)

// descriptionViolations lists what is wrong with the description of something in a schema with these attributes.
func descriptionViolations(text string, attributes []string) []string {
	found := wordsToAvoid(text)
	prose := code.ReplaceAllString(text, "``")
	if !strings.HasSuffix(text, ".") && !strings.HasSuffix(strings.TrimSpace(text), " |") { // the last row of a table
		found = append(found, "it does not end in a full stop")
	}
	if strings.Contains(text, "Default `") {
		found = append(found, "\"Default `\": write Defaults to `")
	}
	if word := lowercaseID.FindString(prose); word != "" {
		found = append(found, fmt.Sprintf("%q: write ID", word))
	}
	for _, name := range attributes {
		if strings.Contains(name, "_") && regexp.MustCompile(`\b`+name+`\b`).MatchString(prose) {
			found = append(found, name+" is an attribute and stands without backticks")
		}
	}
	return found
}

func TestDescriptionViolations(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"The ID of the model. Defaults to `demo`; see `max_retries`, and `cancelled` of the API.": 0,
		"The models": 1, "Default `1`.": 1, "The id of the model.": 1, "Names and ids.": 1, "See max_retries.": 1,
		"Nobody removes it.": 1, "It goes out at once.": 2, "It is cancelled by hand.": 2, "Whoever asks: Anyone, somebody.": 1,
		"It is taken back.": 1,
	} {
		if found := descriptionViolations(text, []string{"max_retries", "name"}); len(found) != want {
			t.Errorf("%q has the violations %q; want %d", text, found, want)
		}
	}
}

// description is a text of a schema, with where it stands and the attributes of the same schema.
type description struct {
	place, text string
	attributes  []string
}

// libraryAttributes are those whose descriptions come from a library.
var libraryAttributes = []string{"timeouts"}

// descriptionsOf lists the descriptions of everything that a provider offers.
func descriptionsOf(schemas *tfprotov6.GetProviderSchemaResponse, identities *tfprotov6.GetResourceIdentitySchemasResponse) []description {
	var all []description
	block := func(place string, s *tfprotov6.Schema) {
		names := attributeNames(s.Block.Attributes)
		all = append(all, description{place, s.Block.Description, names})
		all = append(all, descriptionsOfAttributes(place, s.Block.Attributes, names)...)
	}
	block("provider", schemas.Provider)
	for kind, of := range map[string]map[string]*tfprotov6.Schema{
		"resource ": schemas.ResourceSchemas, "data source ": schemas.DataSourceSchemas,
		"ephemeral resource ": schemas.EphemeralResourceSchemas, "list resource ": schemas.ListResourceSchemas,
	} {
		for name, s := range of {
			block(kind+name, s)
		}
	}
	for name, action := range schemas.ActionSchemas {
		block("action "+name, action.Schema)
	}
	for name, f := range schemas.Functions {
		var names []string
		for _, p := range f.Parameters {
			names = append(names, p.Name)
		}
		all = append(all, description{"function " + name, f.Description, names}, description{"summary of function " + name, f.Summary, names})
		for _, p := range f.Parameters {
			all = append(all, description{"function " + name + "." + p.Name, p.Description, names})
		}
		if p := f.VariadicParameter; p != nil {
			all = append(all, description{"function " + name + "." + p.Name, p.Description, names})
		}
	}
	for name, identity := range identities.IdentitySchemas {
		for _, a := range identity.IdentityAttributes {
			all = append(all, description{"identity of " + name + "." + a.Name, a.Description, nil})
		}
	}
	return all
}

func attributeNames(attributes []*tfprotov6.SchemaAttribute) []string {
	var names []string
	for _, a := range attributes {
		names = append(names, a.Name)
		if a.NestedType != nil {
			names = append(names, attributeNames(a.NestedType.Attributes)...)
		}
	}
	return names
}

func descriptionsOfAttributes(place string, attributes []*tfprotov6.SchemaAttribute, names []string) []description {
	var all []description
	for _, a := range attributes {
		if slices.Contains(libraryAttributes, a.Name) {
			continue
		}
		at := place + "." + a.Name
		all = append(all, description{at, a.Description, names})
		if a.NestedType != nil {
			all = append(all, descriptionsOfAttributes(at, a.NestedType.Attributes, names)...)
		}
	}
	return all
}

func TestDescriptionsFollowTheRules(t *testing.T) {
	t.Parallel()
	server := providerserver.NewProtocol6(provider.New("test")())()
	identities, err := server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	for _, d := range descriptionsOf(acctest.Schemas(t), identities) {
		kinds[strings.Fields(d.place)[0]] = true
		t.Run(strings.ReplaceAll(d.place, " ", "/"), func(t *testing.T) {
			t.Parallel()
			for _, violation := range descriptionViolations(d.text, d.attributes) {
				t.Errorf("%s, in %q", violation, d.text)
			}
		})
	}
	for _, kind := range []string{"provider", "resource", "data", "ephemeral", "list", "action", "function", "identity"} {
		if !kinds[kind] {
			t.Errorf("the walk meets no %s", kind)
		}
	}
}

// The walk reaches each place where a schema has a description.
func TestDescriptionsOf(t *testing.T) {
	t.Parallel()
	schema := func(at string) *tfprotov6.Schema {
		return &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Description: at, Attributes: []*tfprotov6.SchemaAttribute{
			{Name: "outer", Description: at + ".outer", NestedType: &tfprotov6.SchemaObject{Attributes: []*tfprotov6.SchemaAttribute{
				{Name: "inner_one", Description: at + ".outer.inner"},
			}}},
			{Name: "timeouts", Description: "of a library"},
		}}}
	}
	of := func(at string) map[string]*tfprotov6.Schema { return map[string]*tfprotov6.Schema{"x": schema(at)} }
	found := descriptionsOf(&tfprotov6.GetProviderSchemaResponse{
		Provider: schema("p"), ResourceSchemas: of("r"), DataSourceSchemas: of("d"), EphemeralResourceSchemas: of("e"), ListResourceSchemas: of("l"),
		ActionSchemas: map[string]*tfprotov6.ActionSchema{"x": {Schema: schema("a")}},
		Functions: map[string]*tfprotov6.Function{"x": {
			Description: "f", Summary: "f.summary", Parameters: []*tfprotov6.FunctionParameter{{Name: "one", Description: "f.one"}},
			VariadicParameter: &tfprotov6.FunctionParameter{Name: "rest", Description: "f.rest"},
		}},
	}, &tfprotov6.GetResourceIdentitySchemasResponse{IdentitySchemas: map[string]*tfprotov6.ResourceIdentitySchema{
		"x": {IdentityAttributes: []*tfprotov6.ResourceIdentitySchemaAttribute{{Name: "id", Description: "i.id"}}},
	}})
	var texts []string
	for _, d := range found {
		texts = append(texts, d.text)
		if strings.HasSuffix(d.text, ".outer") && !slices.Contains(d.attributes, "inner_one") {
			t.Errorf("%s does not know the attributes inside: %v", d.place, d.attributes)
		}
	}
	slices.Sort(texts)
	want := []string{"f", "f.one", "f.rest", "f.summary", "i.id"}
	for _, at := range []string{"a", "d", "e", "l", "p", "r"} {
		want = append(want, at, at+".outer", at+".outer.inner")
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Errorf("descriptions (-want +got):\n%s", diff)
	}
}

// diagnosticCalls are the methods whose arguments users read, with how many arguments come before the texts.
var diagnosticCalls = map[string]int{"AddError": 0, "AddWarning": 0, "AddAttributeError": 1, "AddAttributeWarning": 1}

// diagnosticViolations lists the words to avoid in the string literals, also those inside other calls, that a file passes to
// diagnostics.
func diagnosticViolations(positions *token.FileSet, file *ast.File) []string {
	var found []string
	ast.Inspect(file, func(node ast.Node) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok {
			return true
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		before, ok := diagnosticCalls[method.Sel.Name]
		if !ok || len(call.Args) < before {
			return true
		}
		for _, argument := range call.Args[before:] {
			for _, violation := range wordsToAvoid(literals(argument)) {
				found = append(found, fmt.Sprintf("%s: %s", positions.Position(argument.Pos()), violation))
			}
		}
		return true
	})
	return found
}

// literals are the string literals of an expression, joined: a sentence is often the sum of several.
func literals(expression ast.Expr) string {
	var text strings.Builder
	ast.Inspect(expression, func(node ast.Node) bool {
		if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if value, err := strconv.Unquote(literal.Value); err == nil {
				text.WriteString(value)
			}
		}
		return true
	})
	return text.String()
}

func TestDiagnosticsFollowTheRules(t *testing.T) {
	t.Parallel()
	files := 0
	err := fs.WalkDir(os.DirFS("../.."), "internal", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		positions := token.NewFileSet()
		file, err := parser.ParseFile(positions, filepath.Join("..", "..", name), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files++
		for _, violation := range diagnosticViolations(positions, file) {
			t.Error(violation)
		}
		return nil
	})
	if err != nil || files < 50 {
		t.Errorf("%d files were read: %v", files, err)
	}
}

func TestDiagnosticViolations(t *testing.T) {
	t.Parallel()
	const source = `package x

func f() {
	diags.AddError("Nobody did", "fine")
	diags.AddWarning("fine", fmt.Sprintf("It goes out at "+"once to %s.", name))
	resp.Diagnostics.AddAttributeError(path.Root("at once"), "fine", "It was taken back.")
	diags.AddAttributeWarning(at, "fine", "Its status is ` + "`cancelled`" + `.")
	log("by hand")
}
`
	positions := token.NewFileSet()
	file, err := parser.ParseFile(positions, "x.go", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`x.go:4:17: "Nobody": write name who it is, or use the passive voice`,
		`x.go:5:27: "at once": write immediately`,
		`x.go:5:27: "goes out": write is rolled out`,
		`x.go:6:67: "taken back": write rolled back`,
	}
	if diff := cmp.Diff(want, diagnosticViolations(positions, file)); diff != "" {
		t.Errorf("violations (-want +got):\n%s", diff)
	}
}

// packagesWithoutDoc lists the folders below one that have Go files and no doc.go with the comment of their package.
func packagesWithoutDoc(root fs.FS) ([]string, error) {
	documented := map[string]bool{}
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") {
			return err
		}
		folder := filepath.ToSlash(filepath.Dir(name))
		documented[folder] = documented[folder] || false
		if filepath.Base(name) != "doc.go" {
			return nil
		}
		content, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, content, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			return err
		}
		documented[folder] = strings.HasPrefix(file.Doc.Text(), "Package ") || strings.HasPrefix(file.Doc.Text(), "Command ")
		return nil
	})
	var missing []string
	for folder, is := range documented {
		if !is {
			missing = append(missing, folder)
		}
	}
	slices.Sort(missing)
	return missing, err
}

func TestEveryPackageHasDoc(t *testing.T) {
	t.Parallel()
	missing, err := packagesWithoutDoc(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range missing {
		t.Errorf("internal/%s has no doc.go with a package comment", folder)
	}
}

func TestPackagesWithoutDoc(t *testing.T) {
	t.Parallel()
	root := fstest.MapFS{
		"good/doc.go":      {Data: []byte("// Package good is documented.\npackage good\n")},
		"good/good.go":     {Data: []byte("package good\n")},
		"tools/x/doc.go":   {Data: []byte("// Command x is documented.\npackage main\n")},
		"elsewhere/a.go":   {Data: []byte("// Package elsewhere has its comment in the wrong file.\npackage elsewhere\n")},
		"silent/doc.go":    {Data: []byte("package silent\n")},
		"templates/x.tmpl": {Data: []byte("no package")},
	}
	missing, err := packagesWithoutDoc(root)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"elsewhere", "silent"}, missing); diff != "" {
		t.Errorf("packages without (-want +got):\n%s", diff)
	}
}

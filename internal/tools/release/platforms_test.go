package release

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// The provider compiles for systems and word sizes that no test runs on. The types are checked without generating code, and of
// libraries only the declarations, which takes seconds a platform instead of a minute.
func TestProviderCompilesElsewhere(t *testing.T) {
	t.Parallel()
	own, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, platform := range []string{"windows/386", "freebsd/arm", "darwin/arm64"} {
		system, processor, _ := strings.Cut(platform, "/")
		loaded, err := packages.Load(&packages.Config{
			Context: t.Context(),
			Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports | packages.NeedDeps |
				packages.NeedTypes | packages.NeedTypesSizes | packages.NeedSyntax,
			Dir: root,
			Env: append(os.Environ(), "GOOS="+system, "GOARCH="+processor, "CGO_ENABLED=0"),
			ParseFile: func(files *token.FileSet, name string, content []byte) (*ast.File, error) {
				file, err := parser.ParseFile(files, name, content, parser.SkipObjectResolution)
				if err == nil && !strings.HasPrefix(name, own+string(filepath.Separator)) {
					for _, d := range file.Decls {
						if f, is := d.(*ast.FuncDecl); is {
							f.Body = nil
						}
					}
				}
				return file, err
			},
		}, "./...")
		if err != nil {
			t.Fatal(err)
		}
		if len(loaded) < 15 {
			t.Errorf("%s: only %d packages", platform, len(loaded))
		}
		for _, p := range loaded {
			for _, e := range p.Errors {
				t.Errorf("%s: %s", platform, e)
			}
		}
	}
}

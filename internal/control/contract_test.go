package control

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// contractFile is the contract, and how comments name it.
const contractFile = "CONTRACT.md"

// moduleRoot is the module's folder as the tests of this package see it.
const moduleRoot = "../.."

var (
	sectionHeading = regexp.MustCompile(`^## (\d+)\. `)
	// contractRule is a rule: an item of a list or a row of a table, on a line of its own.
	contractRule = regexp.MustCompile(`^(?:- (\d+)\.(\d+) |\| (\d+)\.(\d+) \| )\*\*(documented|SDK|assumed)\*\* (?:\| )?\S`)
	// tableHead is the head of a table and the line below it, which are no rules.
	tableHead = regexp.MustCompile(`^\| (?:Anchor|---) \|`)
	// ruleReference is how one rule of the contract refers to another.
	ruleReference = regexp.MustCompile(`\((\d+\.\d+)\)`)
	// citation is how a comment refers to the contract: to whole sections, or to rules.
	citation = regexp.MustCompile(regexp.QuoteMeta(contractFile) + `(, sections?)? (\d+(?:\.\d+)*(?:(?:, | and | to )\d+(?:\.\d+)*)*)`)
	// cited are the sections or rules of one citation.
	cited = regexp.MustCompile(`\d+(?:\.\d+)*`)
	// oldCitation is how comments referred to the contract before it was a file.
	oldCitation = regexp.MustCompile(`(?i)\bcontrol API ` + `contract\b`)
	// commentBreak is where a comment goes on in the next line.
	commentBreak = regexp.MustCompile(`\n\s*//\s*`)
)

// contract is what the contract defines: its sections, such as "3", and its rules, such as "3.12".
type contract struct {
	sections, rules map[string]bool
}

// parseContract reads the contract and returns what is wrong with it.
func parseContract(text string) (c contract, problems []string) {
	c = contract{sections: map[string]bool{}, rules: map[string]bool{}}
	var section, last int
	for i, line := range strings.Split(text, "\n") {
		wrong := func(format string, args ...any) {
			problems = append(problems, fmt.Sprintf("line %d: ", i+1)+fmt.Sprintf(format, args...))
		}
		if heading := sectionHeading.FindStringSubmatch(line); heading != nil {
			next, _ := strconv.Atoi(heading[1])
			if next != section+1 {
				wrong("section %d follows section %d", next, section)
			}
			section, last = next, 0
			c.sections[heading[1]] = true
			continue
		}
		isRule := strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "|") && !tableHead.MatchString(line)
		if section == 0 || !isRule {
			continue
		}
		match := contractRule.FindStringSubmatch(line)
		if match == nil {
			wrong("a rule needs an anchor and one of the marks: %s", line)
			continue
		}
		of, _ := strconv.Atoi(match[1] + match[3])
		number, _ := strconv.Atoi(match[2] + match[4])
		if of != section || number <= last {
			wrong("%d.%d follows %d.%d in section %d", of, number, section, last, section)
		}
		last = number
		c.rules[fmt.Sprintf("%d.%d", of, number)] = true
	}
	for _, reference := range ruleReference.FindAllStringSubmatch(text, -1) {
		if !c.rules[reference[1]] {
			problems = append(problems, "there is no rule "+reference[1]+", to which another one refers")
		}
	}
	return c, problems
}

// citations returns the rules that a Go file cites, and what is wrong with its citations.
func (c contract) citations(source string) (rules, problems []string) {
	source = commentBreak.ReplaceAllString(source, " ")
	for _, old := range oldCitation.FindAllString(source, -1) {
		problems = append(problems, fmt.Sprintf("%q is no citation: write %s, section N", old, contractFile))
	}
	for _, match := range citation.FindAllStringSubmatch(source, -1) {
		of, kind := c.rules, "rule"
		if match[1] != "" {
			of, kind = c.sections, "section"
		}
		for _, one := range cited.FindAllString(match[2], -1) {
			switch {
			case !of[one]:
				problems = append(problems, fmt.Sprintf("there is no %s %s: %s", kind, one, match[0]))
			case kind == "rule":
				rules = append(rules, one)
			}
		}
	}
	return rules, problems
}

func readContract(t *testing.T) contract {
	t.Helper()
	text, err := os.ReadFile(contractFile)
	if err != nil {
		t.Fatal(err)
	}
	c, problems := parseContract(string(text))
	for _, problem := range problems {
		t.Errorf("%s, %s", contractFile, problem)
	}
	return c
}

// eachGoFile visits the Go files of the module.
func eachGoFile(t *testing.T, visit func(path, source string)) {
	t.Helper()
	err := filepath.WalkDir(moduleRoot, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			_, notAModule := os.Stat(filepath.Join(path, "go.mod"))
			if hidden := len(entry.Name()) > 2 && entry.Name()[0] == '.'; hidden || path != moduleRoot && notAModule == nil {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		source, err := os.ReadFile(path)
		visit(path, string(source))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestContract(t *testing.T) {
	t.Parallel()
	c := readContract(t)
	want := []string{"1", "2", "3", "4", "5", "6", "7", "8"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(c.sections))); diff != "" {
		t.Errorf("the sections that comments cite (-want +got):\n%s", diff)
	}
}

// What a comment cites exists, and is cited by the name of the file.
func TestContractCitations(t *testing.T) {
	t.Parallel()
	c := readContract(t)
	files := 0
	eachGoFile(t, func(path, source string) {
		files++
		_, problems := c.citations(source)
		for _, problem := range problems {
			t.Errorf("%s: %s", path, problem)
		}
	})
	if files < 100 {
		t.Errorf("only %d Go files were found: this looks in the wrong place", files)
	}
}

// The two tests above fail when they should.
func TestContractChecks(t *testing.T) {
	t.Parallel()
	const good = "## 1. One\n\n- 1.1 **SDK** Text.\n- 1.3 **assumed** See above (1.1).\n\n" +
		"## 2. Two\n\n| Anchor | Mark | Name |\n| --- | --- | --- |\n| 2.1 | **documented** | `id` |\n"
	c, problems := parseContract(good)
	if len(problems) > 0 {
		t.Errorf("a good contract: %q", problems)
	}
	for name, text := range map[string]string{
		"an anchor twice":            good + "| 2.1 | **SDK** | `id` |\n",
		"anchors out of order":       "## 1. One\n\n- 1.3 **SDK** Text.\n- 1.1 **SDK** Text.\n",
		"an anchor of another one":   good + "- 1.4 **SDK** Text.\n",
		"no mark":                    good + "- 2.2 Text.\n",
		"no mark in a table":         good + "| 2.2 | | `id` |\n",
		"an unknown mark":            good + "- 2.2 **guessed** Text.\n",
		"no anchor":                  good + "- **SDK** Text.\n",
		"no text":                    good + "- 2.2 **SDK** \n",
		"a section that is missing":  good + "## 4. Four\n",
		"a reference to no rule":     good + "- 2.2 **SDK** See above (1.2).\n",
		"a section that comes twice": good + "## 2. Two\n",
	} {
		if _, problems := parseContract(text); len(problems) != 1 {
			t.Errorf("%s: %d problems, want 1: %q", name, len(problems), problems)
		}
	}
	for _, tc := range []struct {
		cites string
		rules []string
		bad   int
	}{
		{", section 2). The rest", nil, 0},
		{", sections 1 to 2.", nil, 0},
		{",\n\t// section 2).", nil, 0},
		{" 1.3.", []string{"1.3"}, 0},
		{" 1.1, 1.3 and\n// 2.1", []string{"1.1", "1.3", "2.1"}, 0},
		{" says so", nil, 0},
		{", section 3", nil, 1},
		{",\n// section 3", nil, 1},
		{", section 1.1", nil, 1},
		{" 1.2", nil, 1},
		{" 1.1, 1.2 and 3.1", []string{"1.1"}, 2},
		{" 2", nil, 1},
		{" 1.1.1", nil, 1},
		{" 1.1, as the control API " + "contract says", []string{"1.1"}, 1},
		{", section 2, of the Control API\n\t// " + "contract", nil, 1},
	} {
		rules, problems := c.citations("// As agreed (" + contractFile + tc.cites)
		if diff := cmp.Diff(tc.rules, rules); diff != "" || len(problems) != tc.bad {
			t.Errorf("%q: problems %q, want %d; rules (-want +got):\n%s", tc.cites, problems, tc.bad, diff)
		}
	}
}

// Each rule is cited by a test that proves it.
func TestContractCoverage(t *testing.T) {
	t.Parallel()
	c := readContract(t)
	proven := map[string]bool{}
	eachGoFile(t, func(path, source string) {
		if !strings.HasSuffix(path, "_test.go") {
			return
		}
		rules, _ := c.citations(source)
		for _, rule := range rules {
			proven[rule] = true
		}
	})
	for _, rule := range slices.Sorted(maps.Keys(c.rules)) {
		if !proven[rule] {
			t.Errorf("no test cites %s %s: write above the one that proves it // %[1]s %[2]s", contractFile, rule)
		}
	}
}

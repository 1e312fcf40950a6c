package control

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-log/tflog"
	"golang.org/x/text/unicode/norm"
)

// canonicalText is a text without what servers change and no reader sees: blanks and line breaks at its ends, the kind of its line
// breaks, and whether an accented letter is one character or two (CONTRACT.md, section 1).
func canonicalText(text string) string {
	if isPlain(text) {
		return text
	}
	return norm.NFC.String(strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")))
}

// isPlain is true of a text that is canonical already, as nearly all are.
func isPlain(text string) bool {
	for i := range len(text) {
		if char := text[i]; char >= unicode.MaxASCII || char < ' ' {
			return false
		}
	}
	return text == "" || text[0] != ' ' && text[len(text)-1] != ' '
}

// FoldedText is the text as a server may keep it at the most: it is the same for all texts that SameFoldedText takes for one.
func FoldedText(text string) string { return strings.ToLower(strings.ToUpper(canonicalText(text))) }

// SameText is true of two texts that read the same, whatever blanks are at their ends and however their letters are composed.
func SameText(a, b string) bool { return a == b || canonicalText(a) == canonicalText(b) }

// SameFoldedText is SameText for a server that keeps texts without the case of their letters.
func SameFoldedText(a, b string) bool {
	return a == b || FoldedText(a) == FoldedText(b)
}

// A server may write anything into a name, a reason or an error. What a terminal would obey, or would show as something else than
// what is written, is shown as its code point.

// unprintable are control characters, also those of C1, bidirectional controls, characters without a width, and separators of lines
// and paragraphs.
var unprintable = []*unicode.RangeTable{unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp}

// unprintableInLogs matches them, line breaks and tabs included.
var unprintableInLogs = regexp.MustCompile(`[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+`)

// Printable is a text as a terminal may show it: control characters are written as `\u001b`. Line breaks and tabs stay.
func Printable(text string) string {
	return printable(strings.ReplaceAll(text, "\r\n", "\n"), func(r rune) bool { return r == '\n' || r == '\t' })
}

// PrintableLine is Printable for a text that is one line, whose line breaks and tabs become blanks.
func PrintableLine(text string) string {
	if strings.ContainsAny(text, "\n\r\t") {
		text = strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(text)
	}
	return printable(text, func(rune) bool { return false })
}

func printable(text string, stays func(rune) bool) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return r == utf8.RuneError || unicode.In(r, unprintable...) && !stays(r) }) {
		return text
	}
	var out strings.Builder
	for _, r := range text { // bytes that are no text become U+FFFD
		switch {
		case !unicode.In(r, unprintable...) || stays(r):
			out.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&out, `\U%08x`, r)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.String()
}

// PrintableLogs makes the logger of ctx mask what a terminal would obey.
func PrintableLogs(ctx context.Context) context.Context {
	return tflog.MaskLogRegexes(ctx, unprintableInLogs)
}

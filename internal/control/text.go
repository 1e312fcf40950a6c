package control

import (
	"strings"
	"unicode"

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

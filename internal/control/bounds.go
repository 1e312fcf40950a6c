package control

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The bounds of JSON that is decoded or compared, whoever wrote it (CONTRACT.md 1.48). A few bytes outside of them would keep a
// processor busy for hours: a number with a large exponent is written out as digits, and each level of nesting is walked through for each level above.
const (
	maxDepth = 64
	// maxNumber is how many characters a number may have, maxExponent the largest exponent.
	maxNumber   = 400
	maxExponent = 400
	// maxValues is the number of values, keys included.
	maxValues = 5_000_000
)

// MaxIDLength is how many bytes an ID in a path may have (CONTRACT.md 1.48). What is longer can be neither read nor deleted.
const MaxIDLength = 1000

// CheckJSON fails where JSON exceeds these bounds. It does not tell whether the text is JSON at all.
func CheckJSON[T string | []byte](text T) error {
	depth, values := 0, 0
	for i := 0; i < len(text); i++ {
		switch char := text[i]; {
		case char == '"':
			values++
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case char == '{' || char == '[':
			values++
			if depth++; depth > maxDepth {
				return fmt.Errorf("the JSON is nested more than %d levels deep", maxDepth)
			}
		case char == '}' || char == ']':
			depth--
		case char == '-' || char >= '0' && char <= '9':
			values++
			end := i + 1
			for end < len(text) && isNumberPart(text[end]) {
				end++
			}
			if end-i > maxNumber {
				return errLongNumber
			}
			if err := CheckNumber(string(text[i:end])); err != nil {
				return err
			}
			i = end - 1
		}
		if values > maxValues {
			return fmt.Errorf("the JSON has more than %d values", maxValues)
		}
	}
	return nil
}

func isNumberPart(char byte) bool {
	return char >= '0' && char <= '9' || char == '.' || char == 'e' || char == 'E' || char == '+' || char == '-'
}

var errLongNumber = fmt.Errorf("a number has more than %d digits", maxNumber)

// CheckNumber fails on a number whose digits, or whose exponent, are too many to be computed with.
func CheckNumber(number string) error {
	if len(number) > maxNumber {
		return errLongNumber
	}
	at := strings.IndexAny(number, "eE")
	if at < 0 {
		return nil
	}
	exponent, err := strconv.Atoi(number[at+1:])
	if errors.Is(err, strconv.ErrRange) || err == nil && (exponent > maxExponent || exponent < -maxExponent) {
		return fmt.Errorf("the exponent of the number %s is not between -%d and %d", shorten(number, 40), maxExponent, maxExponent)
	}
	return nil
}

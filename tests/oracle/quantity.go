package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/resource"
)

// quantityVerdict is what Kubernetes makes of a text as a quantity.
type quantityVerdict struct {
	Input string `json:"input"`
	// Parse is what ParseQuantity makes of the text itself.
	Parse *quantityReading `json:"parse"`
	// JSON is what the text means as a JSON value, bare numbers included.
	JSON *quantityReading `json:"json"`
	// Skipped is set where Kubernetes' own code would need hours: an exponent of millions.
	Skipped bool `json:"skipped,omitempty"`
}

type quantityReading struct {
	Error string `json:"error,omitempty"`
	// Milli and Value are MilliValue and Value: rounded away from zero.
	Milli string `json:"milli,omitempty"`
	Value string `json:"value,omitempty"`
	Sign  int    `json:"sign"`
	// Text is the canonical form; Again is the canonical form after that is parsed once more.
	Text  string `json:"text,omitempty"`
	Again string `json:"again,omitempty"`
	// Float is AsApproximateFloat64, in Go's shortest notation.
	Float string `json:"float,omitempty"`
	// FromMilli is the canonical form of what MilliValue makes of it, in the quantity's own notation.
	FromMilli string `json:"fromMilli,omitempty"`
	Format    string `json:"format,omitempty"`
}

// judgeQuantities reads JSON strings, one a line, or plain text where a line is no JSON string.
func judgeQuantities(in io.Reader, out io.Writer) error {
	lines := bufio.NewReaderSize(in, 1<<20)
	sink := bufio.NewWriterSize(out, 1<<20)
	verdicts := json.NewEncoder(sink)
	verdicts.SetEscapeHTML(false)
	for {
		line, err := lines.ReadString('\n')
		if err != nil && err != io.EOF {
			return err
		}
		if line == "" && err == io.EOF {
			return sink.Flush()
		}
		text := strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(text, "\"") {
			var inner string
			if json.Unmarshal([]byte(text), &inner) == nil {
				text = inner
			}
		}
		if err := verdicts.Encode(judgeQuantity(text)); err != nil {
			return err
		}
	}
}

func judgeQuantity(text string) quantityVerdict {
	verdict := quantityVerdict{Input: text}
	if endless(text) {
		verdict.Skipped = true
		return verdict
	}
	parsed, err := resource.ParseQuantity(text)
	verdict.Parse = reading(parsed, err)
	// A text that is itself a JSON value is also judged as one; any other stands for its JSON string.
	value := []byte(text)
	if !json.Valid(value) {
		value, err = json.Marshal(text)
		if err != nil {
			verdict.JSON = &quantityReading{Error: err.Error()}
			return verdict
		}
	}
	var decoded resource.Quantity
	err = json.Unmarshal(value, &decoded)
	verdict.JSON = reading(decoded, err)
	return verdict
}

// exponents are what Kubernetes might read as an exponent; it keeps the lower 32 bits.
var exponents = regexp.MustCompile(`[eE]([+-]?[0-9]+)`)

func endless(text string) bool {
	for _, found := range exponents.FindAllStringSubmatch(text, -1) {
		exponent, err := strconv.ParseInt(found[1], 10, 64)
		if kept := int32(exponent); err == nil && (kept > 5000 || kept < -5000) {
			return true
		}
	}
	return false
}

func reading(quantity resource.Quantity, err error) *quantityReading {
	if err != nil {
		return &quantityReading{Error: err.Error()}
	}
	read := &quantityReading{
		Milli:  strconv.FormatInt(quantity.MilliValue(), 10),
		Value:  strconv.FormatInt(quantity.Value(), 10),
		Sign:   quantity.Sign(),
		Float:  strconv.FormatFloat(quantity.AsApproximateFloat64(), 'g', -1, 64),
		Format: string(quantity.Format),
	}
	milli := resource.NewMilliQuantity(quantity.MilliValue(), quantity.Format)
	read.FromMilli = milli.String()
	// A fresh copy: String caches the text that a quantity was read from only if that is canonical.
	fresh := quantity.DeepCopy()
	read.Text = fresh.String()
	again, err := resource.ParseQuantity(read.Text)
	if err == nil {
		read.Again = again.String()
	} else {
		read.Again = err.Error()
	}
	return read
}

func quantitiesCommand(_ *testing.T, args []string) error {
	flags := flag.NewFlagSet("quantities", flag.ContinueOnError)
	count := flags.Int("count", 1000, "how many")
	seed := flags.Uint64("seed", 1, "seed")
	if err := flags.Parse(args); err != nil {
		return err
	}
	sink, done, err := create("")
	if err != nil {
		return err
	}
	g := &generator{Rand: rand.New(rand.NewPCG(*seed, 0)), mood: hostile}
	lines := json.NewEncoder(sink)
	lines.SetEscapeHTML(false)
	for range *count {
		if err := lines.Encode(g.quantityText()); err != nil {
			return err
		}
	}
	return done()
}

// quantityText is a text that is a quantity, or nearly one, or nothing like it.
func (g *generator) quantityText() string {
	switch weighted(g, []weight[int]{{35, 0}, {25, 1}, {15, 2}, {10, 3}, {15, 4}}) {
	case 0:
		return g.number(12) + pick(g, quantitySuffixes...)
	case 1:
		return g.number(30) + pick(g, quantitySuffixes...)
	case 2:
		exponent := pick(g, g.between(-30, 30), g.between(-6, 6), 18, 19, -9, -10, 400, -400, 4294967296, 4294967299, -4294967297, 9223372036854775807)
		return g.number(20) + pick(g, "e", "E") + pick(g, "", "+", "") + strconv.Itoa(exponent)
	case 3:
		return fmt.Sprint(g.awkward())
	default:
		var text strings.Builder
		pieces := []string{"1", "0", "9", ".", "-", "+", "e", "E", "Ki", "m", "n", "k", " ", "K", "i", "null", "\"", "٣", "x", "Mi", "\t", "NaN", "Inf", "_", ",", "\u00b5"}
		for range g.between(0, 6) {
			text.WriteString(pieces[g.IntN(len(pieces))])
		}
		return text.String()
	}
}

var quantitySuffixes = []string{
	"", "", "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "K", "mi", "Zi", "e", "E3", "e-3",
}

// number is a decimal number of at most so many digits on either side of its point.
func (g *generator) number(digits int) string {
	text := pick(g, "", "", "", "-", "+")
	run := func(most int) {
		for range most {
			text += pick(g, strconv.Itoa(g.IntN(10)), strconv.Itoa(g.IntN(10)), strconv.Itoa(g.IntN(10)), "0", "9")
		}
	}
	switch g.IntN(6) {
	case 0:
		text += pick(g, "9223372036854775807", "9223372036854775808", "9223372036854775806", "1000", "1024", "1023", "999", "18446744073709551616", "2147483648")
	default:
		run(g.between(0, digits))
	}
	if g.chance(0.4) {
		text += "."
		run(g.between(0, digits))
	}
	return text
}

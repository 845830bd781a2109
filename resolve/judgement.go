package resolve

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"overt"
	"overt/ftm"
	"overt/resolve/judge"
	"overt/statement"
)

// JudgementFormat marks the runs in which what people decided is kept. Only
// there is a judgement one: an import that looks like it is not.
const JudgementFormat = "judgement"

// JudgementSchema is the schema of judgements about who is who.
const JudgementSchema = "Judgement"

// judgedIdentity is what such a judgement is about, by which all are found.
const judgedIdentity = "judgement of identity"

// A spoken is a judgement in the properties of its schema.
type spoken struct{ prop, value string }

func speak(j *judge.Judgement) []spoken {
	out := []spoken{
		{"left", string(j.Left)}, {"right", string(j.Right)}, {"verdict", string(j.Verdict)}, {"retracts", j.Retracts},
		{"judgedBy", j.Author}, {"judgedAt", j.At.UTC().Format(time.RFC3339Nano)}, {"summary", j.Reason},
		{"evidence", j.Evidence}, {"scoreModel", j.Model}, {"sample", j.Sample},
	}
	if j.Score != 0 {
		out = append(out, spoken{"score", strconv.FormatFloat(j.Score, 'g', -1, 64)})
	}
	return slices.DeleteFunc(out, func(s spoken) bool { return s.value == "" })
}

// JudgementStatements writes a judgement as statements about the entity
// j.ID, for those who see one label.
func JudgementStatements(j *judge.Judgement) []statement.Statement {
	return said(speak(j))
}

func said(list []spoken) []statement.Statement {
	list = append([]spoken{{statement.PropID, ""}, {"about", judgedIdentity}}, list...)
	out := make([]statement.Statement, len(list))
	for i, s := range list {
		out[i] = statement.Statement{Schema: JudgementSchema, Prop: s.prop, Value: s.value, Origin: statement.OriginPerson}
	}
	return out
}

// JudgementShares writes a judgement as two halves, for those who see both of two
// labels: the text under a pad that is used once, and the pad. Either alone is
// noise of about the text's length.
func JudgementShares(j *judge.Judgement) (left, right []statement.Statement, err error) {
	fields := map[string]string{}
	for _, s := range speak(j) {
		fields[s.prop] = s.value
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return nil, nil, err
	}
	pad := make([]byte, len(text))
	_, _ = rand.Read(pad) // it never fails
	for i := range text {
		text[i] ^= pad[i]
	}
	half := func(side string, b []byte) []statement.Statement {
		return said([]spoken{{"share", side + ":" + hex.EncodeToString(b)}})
	}
	return half("1", text), half("2", pad), nil
}

// ReadJudgements gives the judgements that a view shows under a sight of it,
// by id. What cannot be one is passed over.
func ReadJudgements(ctx context.Context, view statement.View, sight *statement.Sight) ([]judge.Judgement, error) {
	ids, err := view.Lookup(ctx, statement.IdentKey("about", judgedIdentity))
	if err != nil {
		return nil, fmt.Errorf("look for judgements: %w", err)
	}
	var out []judge.Judgement
	for _, id := range ids {
		stmts, err := view.Entity(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("read judgement %s: %w", id, err)
		}
		fields := map[string]string{}
		var shares []string
		keeper := ""
		for i := range stmts {
			s := &stmts[i]
			info, ok := sight.Info(s.Class)
			if !ok || info.Run.Format != JudgementFormat || s.Origin != statement.OriginPerson || s.Schema != JudgementSchema {
				continue
			}
			keeper = info.Run.Actor
			if s.Prop == "share" {
				shares = append(shares, s.Value)
			} else {
				fields[s.Prop] = s.Value
			}
		}
		if fields["left"] == "" {
			fields = joined(shares)
		}
		if j := heard(string(id), fields); j != nil {
			j.Keeper = keeper
			out = append(out, *j)
		}
	}
	return out, nil
}

// joined reads two halves; nil when one of them is not there.
func joined(shares []string) map[string]string {
	if len(shares) != 2 {
		return nil
	}
	slices.Sort(shares)
	var halves [2][]byte
	for i, s := range shares {
		if len(s) < 2 || s[:2] != strconv.Itoa(i+1)+":" {
			return nil
		}
		var err error
		if halves[i], err = hex.DecodeString(s[2:]); err != nil || len(halves[i]) != len(halves[0]) {
			return nil
		}
	}
	for i := range halves[0] {
		halves[0][i] ^= halves[1][i]
	}
	var fields map[string]string
	if json.Unmarshal(halves[0], &fields) != nil {
		return nil
	}
	return fields
}

func heard(id string, f map[string]string) *judge.Judgement {
	j := &judge.Judgement{
		ID: id, Left: ftm.EntityID(f["left"]), Right: ftm.EntityID(f["right"]), Verdict: judge.Verdict(f["verdict"]), Retracts: f["retracts"],
		Author: f["judgedBy"], Reason: f["summary"], Evidence: f["evidence"], Model: f["scoreModel"], Sample: f["sample"],
	}
	j.At, _ = time.Parse(time.RFC3339Nano, f["judgedAt"])
	j.Score, _ = strconv.ParseFloat(f["score"], 64)
	if j.Check() != nil {
		return nil
	}
	return j
}

// NewJudgementID gives an id that no judgement has.
func NewJudgementID() string {
	var b [10]byte
	_, _ = rand.Read(b[:])
	return "judgement-" + hex.EncodeToString(b[:])
}

// Refusal says in one sentence each why a judgement cannot stand beside the
// others, both chains shown. Errors: conflict, always.
func Refusal(c *judge.Contradiction) error {
	j := c.Judgement
	text := fmt.Sprintf("%s and %s cannot be %s", j.Left, j.Right, map[judge.Verdict]string{judge.Positive: "one", judge.Negative: "two"}[j.Verdict])
	for _, chain := range c.Chains {
		for _, by := range chain {
			text += "; " + Told(by)
		}
	}
	if c.Against != nil {
		text += "; " + Told(c.Against)
	}
	return overt.Errorf(overt.Conflict, j.ID, "%s. Take one of these back first, with overt judge --retract", text)
}

// Told is a judgement in one sentence.
func Told(j *judge.Judgement) string {
	verdict := map[judge.Verdict]string{judge.Positive: "one", judge.Negative: "two", judge.Unsure: "not to be told yet"}[j.Verdict]
	out := fmt.Sprintf("%s and %s are %s, judged by %s, %s", j.Left, j.Right, verdict, j.Author, j.At.UTC().Format("2006-01-02"))
	if j.Reason != "" {
		out += ": " + j.Reason
	}
	return out + " (" + j.ID + ")"
}

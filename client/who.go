package client

import (
	"context"
	"iter"
	"net/url"
)

// EntityMentions says which documents name an entity that words name: a part of the
// places, from a cursor on; 0 is the service's limit. Errors: not_found, invalid.
func (c *Client) EntityMentions(ctx context.Context, entity string, limit int, cursor, knownAt string) (*NamedWhere, error) {
	return get[NamedWhere](ctx, c, "/api/v1/entities/"+url.PathEscape(entity)+"/mentions", values("limit", limit, "cursor", cursor, "known_at", knownAt))
}

// AllEntityMentions gives every place where documents name an entity, part by part. It
// ends at the first error.
func (c *Client) AllEntityMentions(ctx context.Context, entity, knownAt string) iter.Seq2[NamedIn, error] {
	return parts(func(cursor string) ([]NamedIn, string, error) {
		p, err := c.EntityMentions(ctx, entity, part, cursor, knownAt)
		if err != nil {
			return nil, "", err
		}
		return p.Places, p.Next, nil
	})
}

// UnknownNames lists names in documents that no entity is called by, those of most
// documents first. kind is organization, person, or "" for both. It ends at the first
// error.
func (c *Client) UnknownNames(ctx context.Context, kind, knownAt string) iter.Seq2[UnknownName, error] {
	return parts(func(cursor string) ([]UnknownName, string, error) {
		p, err := get[UnknownNames](ctx, c, "/api/v1/mentions/unknown", values("kind", kind, "limit", part, "cursor", cursor, "known_at", knownAt))
		if err != nil {
			return nil, "", err
		}
		return p.Names, p.Next, nil
	})
}

// Why says why two entities that words name are one, or two, or were never compared.
// Errors: not_found.
func (c *Client) Why(ctx context.Context, left, right string) (*Why, error) {
	return get[Why](ctx, c, "/api/v1/why", values("left", left, "right", right))
}

// Judgements lists what people judged of an entity that words name, "" of all. Errors:
// not_found.
func (c *Client) Judgements(ctx context.Context, entity string) (*Judgements, error) {
	return get[Judgements](ctx, c, "/api/v1/judgements", values("entity", entity))
}

// Judge says whether two entities that words name are one: same, different or
// unsure. key is an Idempotency-Key of the caller's own, or "". Errors: not_found,
// conflict (it contradicts what was said), denied.
func (c *Client) Judge(ctx context.Context, left, right, verdict, reason, key string) (*Decided, error) {
	return post[Decided](ctx, c, "/api/v1/judgements", key, map[string]string{"left": left, "right": right, "verdict": verdict, "reason": reason})
}

// Retract takes a judgement back. Errors: not_found, denied.
func (c *Client) Retract(ctx context.Context, judgement, reason, key string) (*Decided, error) {
	return post[Decided](ctx, c, "/api/v1/judgements/"+url.PathEscape(judgement)+"/retract", key, map[string]string{"reason": reason})
}

// AcceptMentions says that documents mean an entity by names. Errors: not_found,
// invalid (it is not clear who is meant), conflict, denied.
func (c *Client) AcceptMentions(ctx context.Context, word Acceptance, key string) (*Judged, error) {
	return post[Judged](ctx, c, "/api/v1/mentions/accept", key, word)
}

// RejectMentions says that documents do not mean an entity by names, or mean none.
// Errors: not_found, invalid, conflict (it is accepted), denied.
func (c *Client) RejectMentions(ctx context.Context, word Rejection, key string) (*Judged, error) {
	return post[Judged](ctx, c, "/api/v1/mentions/reject", key, word)
}

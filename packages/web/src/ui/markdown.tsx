/**
 * Markdown of agents and repositories, as hostile as its authors may be: no HTML, no picture, a link
 * says where it leads before anybody follows it, and what would hold up the page is shown as it is.
 */
import type { ComponentProps, ReactNode } from "react";
import { Streamdown } from "streamdown";
import { isBounded } from "./markdown-bounds.ts";
import { plainText } from "./plain.ts";
import { ScrollText } from "./scroll-text.tsx";

type MarkdownProps = {
  readonly text: string;
  /** More of it is to come: what is half written is shown as far as it is. */
  readonly isGrowing?: boolean;
};

const webAddress = (text: string | undefined): URL | null => {
  try {
    const url = new URL(text ?? "");
    return url.protocol === "https:" || url.protocol === "http:" ? url : null;
  } catch {
    return null; // relative, or no address at all: nothing to follow
  }
};

function Link({
  href,
  children,
}: {
  readonly href?: string | undefined;
  readonly children?: ReactNode;
}) {
  const url = webAddress(href);
  if (url === null) return <span>{children}</span>;
  return (
    <a
      href={url.href}
      target="_blank"
      rel="noopener noreferrer"
      title={url.href}
      className="underline"
    >
      {children} <span className="text-muted">({url.host})</span>
    </a>
  );
}

/** A picture would be asked of whoever the text names. */
const Picture = ({ alt }: { readonly alt?: string | undefined }) => (
  <span className="text-muted">[picture: {alt ?? "without a description"}]</span>
);

const Code = ({ children }: { readonly children?: ReactNode }) => (
  <code className="rounded-xs bg-raised px-1 font-mono text-xs">{children}</code>
);

const Block = ({ children }: { readonly children?: ReactNode }) => (
  <ScrollText>{children}</ScrollText>
);

const Unlaid = ({ text }: { readonly text: string }) => (
  <>
    <p className="text-xs text-muted">Shown as it is: too much to lay out.</p>
    <ScrollText className="max-h-[70vh] wrap-anywhere whitespace-pre-wrap">{text}</ScrollText>
  </>
);

type Components = NonNullable<ComponentProps<typeof Streamdown>["components"]>;

const components = { a: Link, img: Picture, inlineCode: Code, pre: Block } as Components;

export function Markdown({ text, isGrowing = false }: MarkdownProps) {
  const plain = plainText(text);
  if (!isBounded(plain)) return <Unlaid text={plain} />;
  return (
    <div dir="auto" className="markdown max-w-[72ch] wrap-anywhere">
      <Streamdown
        skipHtml
        controls={false}
        mode={isGrowing ? "streaming" : "static"}
        components={components}
        urlTransform={(url) => webAddress(url)?.href ?? ""}
      >
        {plain}
      </Streamdown>
    </div>
  );
}

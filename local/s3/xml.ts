/** S3's XML: answers out, the few request documents in. */
import { XMLBuilder, XMLParser } from "fast-xml-parser";
import { S3Error } from "./errors.ts";

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

const builder = new XMLBuilder({ ignoreAttributes: false, suppressEmptyNode: false });
const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  isArray: (name) => name === "Object" || name === "Part",
});

/** Content of an element: child elements by name; a list repeats its element; `undefined` leaves it out. */
export interface XmlContent {
  readonly [element: string]: XmlContent | readonly XmlContent[] | string | number | boolean | undefined;
}

/** A whole answer in S3's name space. */
export function xmlDocument(root: string, content: XmlContent): string {
  return build({ [root]: { "@_xmlns": NAMESPACE, ...content } });
}

/** An error answer, which has no name space. */
export function errorDocument(error: S3Error, resource: string, requestId: string): string {
  const { code: Code, message: Message, details } = error;
  return build({ Error: { Code, Message, ...details, Resource: resource, RequestId: requestId } });
}

function build(content: object): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build(content)}`;
}

/** Children of a request document's root element. Throws `MalformedXML`. */
export function parseRequestXml(text: string, root: string): Record<string, unknown> {
  const malformed = new S3Error(
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
  );
  let document: Record<string, unknown>;
  try {
    document = parser.parse(text, true) as Record<string, unknown>;
  } catch {
    throw malformed;
  }
  const content = document[root];
  if (typeof content !== "object" || content === null) throw malformed;
  return content as Record<string, unknown>;
}

/** The repeated elements of that name; none give an empty list. */
export function xmlList(content: Record<string, unknown>, element: string): Record<string, unknown>[] {
  const found = content[element];
  return Array.isArray(found) ? (found as Record<string, unknown>[]) : [];
}

/** Text of an element, `undefined` if it is not there. */
export function xmlText(content: Record<string, unknown>, element: string): string | undefined {
  const found = content[element];
  return typeof found === "string" ? found : undefined;
}

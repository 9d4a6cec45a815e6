// Reads a JSON list of texts of JSON on standard input, and writes the list of their canonical forms.
import { canonicalJson } from '@kedge/shared/util/canonical-json'
import { text } from 'node:stream/consumers'

const documents = JSON.parse(await text(process.stdin))
process.stdout.write(JSON.stringify(documents.map((one) => canonicalJson(JSON.parse(one)))))

